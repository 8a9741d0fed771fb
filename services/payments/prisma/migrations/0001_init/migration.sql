CREATE TABLE discounts (
  code text PRIMARY KEY,
  type text NOT NULL CHECK (type IN ('percent', 'fixed')),
  value int NOT NULL CHECK (value >= 1 AND (type <> 'percent' OR value <= 100)),
  minimum bigint CHECK (minimum >= 0),
  starts_at timestamptz,
  ends_at timestamptz,
  usage_limit int CHECK (usage_limit >= 1),
  used int NOT NULL DEFAULT 0 CHECK (used >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (starts_at < ends_at));

CREATE TABLE discount_uses (
  order_id uuid PRIMARY KEY,
  code text NOT NULL REFERENCES discounts (code) ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'taken' CHECK (state IN ('taken', 'kept', 'lapsed', 'returned')),
  taken_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX discount_uses_code_idx ON discount_uses (code);
CREATE INDEX discount_uses_taken ON discount_uses (taken_at) WHERE state = 'taken';

CREATE TABLE payment_attempts (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL,
  user_id uuid NOT NULL,
  attempt int NOT NULL CHECK (attempt >= 1),
  key text NOT NULL UNIQUE,
  amount bigint NOT NULL CHECK (amount >= 0),
  currency text NOT NULL,
  token text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
  reason text,
  reference text,
  tries int NOT NULL DEFAULT 0,
  claimed_until timestamptz NOT NULL,
  correlation_id text NOT NULL,
  traceparent text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  UNIQUE (order_id, attempt));
CREATE UNIQUE INDEX payment_attempts_one_capture ON payment_attempts (order_id) WHERE status = 'succeeded';
CREATE INDEX payment_attempts_unsettled ON payment_attempts (claimed_until) WHERE status = 'pending';

CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL,
  attempt_id uuid REFERENCES payment_attempts (id),
  amount bigint NOT NULL CHECK (amount >= 0),
  currency text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
  reason text,
  reference text,
  tries int NOT NULL DEFAULT 0,
  announce boolean NOT NULL DEFAULT true,
  claimed_until timestamptz NOT NULL,
  correlation_id text NOT NULL,
  traceparent text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz);
CREATE INDEX refunds_order_id_idx ON refunds (order_id);
CREATE INDEX refunds_unsettled ON refunds (claimed_until) WHERE status = 'pending';

CREATE TABLE released_orders (
  order_id uuid PRIMARY KEY,
  released_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE sandbox_charges (
  key text PRIMARY KEY,
  amount bigint NOT NULL,
  currency text NOT NULL,
  token text NOT NULL,
  captured boolean NOT NULL,
  reason text,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE sandbox_refunds (
  key text PRIMARY KEY,
  charge_key text NOT NULL,
  amount bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX sandbox_refunds_charge_key_idx ON sandbox_refunds (charge_key);

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, stream text NOT NULL, key text NOT NULL, type text NOT NULL,
  version int NOT NULL DEFAULT 1, occurred_at timestamptz NOT NULL, correlation_id text NOT NULL, traceparent text NOT NULL DEFAULT '',
  payload jsonb NOT NULL, stream_id text, sent_at timestamptz);
CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE TABLE inbox (consumer text NOT NULL, event_id uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, event_id));
CREATE INDEX inbox_received ON inbox (received_at);
