ALTER TABLE audit_entries
  ADD COLUMN address text,
  ADD COLUMN before jsonb,
  ADD COLUMN after jsonb;
CREATE INDEX audit_entries_newest ON audit_entries (at DESC, id DESC);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id);

CREATE TABLE inbox (consumer text NOT NULL, event_id uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, event_id));
CREATE INDEX inbox_received ON inbox (received_at);

-- The audit log is append-only: the triggers stop everybody, and the service's role lacks the rights besides.
COMMENT ON TABLE audit_entries IS 'append-only: the migrate Job takes the right to change rows from the service';
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
CREATE TRIGGER audit_entries_never_emptied BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'users') AND current_user = 'users_owner' THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM users;
  END IF;
END $$;
