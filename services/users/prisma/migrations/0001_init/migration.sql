CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL CHECK (email = lower(email)),
  name text NOT NULL,
  password_hash text NOT NULL,
  roles text[] NOT NULL CHECK (roles <@ ARRAY['customer', 'seller', 'courier', 'admin'] AND cardinality(roles) > 0),
  profile jsonb NOT NULL DEFAULT '{}',
  disabled boolean NOT NULL DEFAULT false,
  email_verified boolean NOT NULL DEFAULT false,
  version int NOT NULL DEFAULT 1,
  erased_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('logout', 'reuse', 'password', 'disabled', 'erased', 'expired'))
);
CREATE INDEX sessions_live ON sessions (user_id) WHERE ended_at IS NULL;

CREATE TABLE refresh_tokens (
  hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
  session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  rotated_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at);

CREATE TABLE signing_keys (
  kid text PRIMARY KEY,
  public_jwk jsonb NOT NULL,
  private_key bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('next', 'current', 'retired')),
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (state) WHERE state = 'current';
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (state) WHERE state = 'next';

CREATE TABLE revocations (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id uuid,
  user_id uuid NOT NULL,
  version int,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((session_id IS NULL) <> (version IS NULL))
);
CREATE INDEX revocations_created ON revocations (created_at);

CREATE TABLE one_time_links (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('verify-email', 'reset-password')),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX one_time_links_user ON one_time_links (user_id);

CREATE TABLE mail_jobs (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('verify-email', 'reset-password')),
  recipient text NOT NULL,
  link_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  ready_at timestamptz,
  taken_at timestamptz
);
CREATE INDEX mail_jobs_asked ON mail_jobs (id) WHERE ready_at IS NULL;
CREATE INDEX mail_jobs_ready ON mail_jobs (id) WHERE ready_at IS NOT NULL AND taken_at IS NULL;

CREATE TABLE audit_entries (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor_id uuid,
  action text NOT NULL,
  subject text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entries_subject ON audit_entries (subject);
