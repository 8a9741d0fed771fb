-- Orders and their state. Amounts are minor units; ids are made by the application; times are this server's clock.
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  number text NOT NULL,
  user_id uuid NOT NULL,
  status text NOT NULL,
  failure_reason text,
  version int NOT NULL,
  currency char(3) NOT NULL,
  subtotal bigint NOT NULL,
  discount bigint NOT NULL,
  tax bigint NOT NULL,
  shipping bigint NOT NULL,
  total bigint NOT NULL,
  refunded bigint NOT NULL DEFAULT 0,
  shipping_address jsonb NOT NULL,
  card text,
  attempt int NOT NULL DEFAULT 0,
  capture text NOT NULL DEFAULT 'none',
  captured bigint NOT NULL DEFAULT 0,
  payment_id uuid,
  restock boolean NOT NULL DEFAULT true,
  expires_at timestamptz NOT NULL,
  -- What is owed: [{kind, ref?, since, dueAt, resent}]. `due_at` and `overdue_at` are derived from it for the indexes.
  obligations jsonb NOT NULL DEFAULT '[]',
  due_at timestamptz,
  overdue_at timestamptz,
  correlation_id text NOT NULL,
  created_at timestamptz NOT NULL,
  paid_at timestamptz,
  CONSTRAINT orders_amounts CHECK (total = subtotal - discount + shipping AND refunded >= 0 AND refunded <= captured AND subtotal >= 0)
);
CREATE UNIQUE INDEX orders_number ON orders (number text_pattern_ops);
CREATE INDEX orders_of_user ON orders (user_id, id DESC);
CREATE INDEX orders_by_status ON orders (status, id DESC);
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE order_lines (
  order_id uuid NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  line_no int NOT NULL,
  product_id uuid NOT NULL,
  seller_id uuid NOT NULL,
  title text NOT NULL,
  unit_price bigint NOT NULL,
  quantity int NOT NULL CHECK (quantity > 0),
  line_total bigint NOT NULL,
  PRIMARY KEY (order_id, line_no)
);
CREATE INDEX order_lines_of_seller ON order_lines (seller_id, order_id DESC);

-- The history: append-only, one row per version of an order. Read models are rebuilt from it.
CREATE TABLE order_events (
  order_id uuid NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  version int NOT NULL,
  type text NOT NULL,
  status text NOT NULL,
  label text,
  detail text,
  data jsonb NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (order_id, version)
);

CREATE FUNCTION order_events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'order_events is append-only';
END $$;
CREATE TRIGGER order_events_no_update BEFORE UPDATE ON order_events
  FOR EACH STATEMENT EXECUTE FUNCTION order_events_are_append_only();

CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  amount bigint NOT NULL CHECK (amount > 0),
  reason text,
  requested_at timestamptz NOT NULL,
  confirmed_at timestamptz
);
CREATE INDEX refunds_of_order ON refunds (order_id);

-- `status` is null while the first request with this key is still running. `body` is json, not jsonb: a repetition gets the same bytes.
CREATE TABLE idempotency (
  user_id uuid NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  order_id uuid,
  status int,
  body json,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

-- `owner` is 'user:<id>' or 'guest:<cookie>', so that no cookie can name a user's cart.
CREATE TABLE carts (
  owner text PRIMARY KEY,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX carts_updated ON carts (updated_at);
CREATE TABLE cart_items (
  owner text NOT NULL REFERENCES carts (owner) ON DELETE CASCADE,
  product_id uuid NOT NULL,
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 999),
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (owner, product_id)
);

-- Read model of the reports: the lines that count, from PAID on. Cancelled and refunded orders are taken out.
CREATE TABLE sales (
  order_id uuid NOT NULL,
  line_no int NOT NULL,
  sold_at timestamptz NOT NULL,
  product_id uuid NOT NULL,
  seller_id uuid NOT NULL,
  title text NOT NULL,
  quantity int NOT NULL,
  revenue bigint NOT NULL,
  PRIMARY KEY (order_id, line_no)
);
CREATE INDEX sales_by_time ON sales (sold_at);
CREATE INDEX sales_of_seller ON sales (seller_id, sold_at);

-- When the recurring tasks of the whole shop ran last, for the alerts that miss them.
CREATE TABLE task_runs (
  task text PRIMARY KEY,
  interval_seconds int NOT NULL,
  last_success_at timestamptz,
  last_duration_seconds double precision,
  succeeded bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0
);

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, stream text NOT NULL, key text NOT NULL, type text NOT NULL,
  version int NOT NULL DEFAULT 1, occurred_at timestamptz NOT NULL, correlation_id text NOT NULL, traceparent text NOT NULL DEFAULT '',
  payload jsonb NOT NULL, stream_id text, sent_at timestamptz);
CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE TABLE inbox (consumer text NOT NULL, event_id uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, event_id));
CREATE INDEX inbox_received ON inbox (received_at);
