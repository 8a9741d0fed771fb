-- CreateTable
CREATE TABLE "erasures" (
    "user_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ NOT NULL,
    "limits_key" TEXT,

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "erasures_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX erasures_with_limits ON erasures (user_id) WHERE limits_key IS NOT NULL;
-- Accounts that were erased before the other services were told of it.
CREATE INDEX users_erased ON users (id) WHERE erased_at IS NOT NULL;

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, stream text NOT NULL, key text NOT NULL, type text NOT NULL,
  version int NOT NULL DEFAULT 1, occurred_at timestamptz NOT NULL, correlation_id text NOT NULL, traceparent text NOT NULL DEFAULT '',
  payload jsonb NOT NULL, stream_id text, sent_at timestamptz);
CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_recorded ON outbox (stream, (split_part(stream_id, '-', 1)::bigint), (split_part(stream_id, '-', 2)::bigint))
  WHERE stream_id IS NOT NULL;
