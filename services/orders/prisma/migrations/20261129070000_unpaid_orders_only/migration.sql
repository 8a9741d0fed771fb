-- The limits of unpaid orders count at each new order. With an index of all orders, a busy address or account made that
-- count as long as its last hour.
DROP INDEX "orders_of_address";

CREATE INDEX orders_unpaid_of_address ON orders (placed_from, id DESC) WHERE paid_at IS NULL;
CREATE INDEX orders_unpaid_of_user ON orders (user_id, id DESC) WHERE paid_at IS NULL;
