-- Which of these new orders exceed a limit of unpaid orders. The statement that writes orders calls this with locks, so that
-- processes that place orders of one account or address at the same moment decide one after the other. Each command of such
-- a function sees what is committed when that command begins, so the count sees every order that was written before the
-- locks were free. A statement that locked and counted by itself would see what was committed when it began.
--
-- `alone` is false when an order exceeds a limit only with those ahead of it in `new_orders`.
CREATE FUNCTION over_unpaid_limits(new_orders json, limits json, oldest uuid, with_locks boolean)
RETURNS TABLE (order_id uuid, detail text, alone boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  IF with_locks THEN
    PERFORM pg_advisory_xact_lock(key) FROM (
      SELECT DISTINCT hashtextextended(placer, 0) AS key
      FROM json_to_recordset(new_orders) AS p(user_id text, placed_from text), unnest(ARRAY[p.user_id, p.placed_from]) AS placer
      ORDER BY key) AS keys;
  END IF;
  RETURN QUERY
  WITH most AS MATERIALIZED (
    SELECT * FROM json_to_record(limits) AS m(orders_of_account float8, orders_of_address float8, share float8, free_pieces int,
      times float8, counted_of_address int)
  ), placers AS MATERIALIZED (
    SELECT * FROM json_to_recordset(new_orders) AS p(id uuid, place int, user_id uuid, placed_from text, lines json)
  ), wanted AS MATERIALIZED (
    SELECT p.id, p.place, p.user_id, p.placed_from, l.product_id, l.quantity, l.available
    FROM placers p, json_to_recordset(p.lines) AS l(product_id uuid, quantity int, available int)
  ), held_by_account AS MATERIALIZED (
    SELECT a.user_id, l.product_id, sum(l.quantity) AS pieces,
      coalesce(sum(l.quantity) FILTER (WHERE o.status = 'RESERVED'), 0) AS reserved
    FROM (SELECT DISTINCT user_id FROM placers) AS a
      CROSS JOIN LATERAL (SELECT o.id, o.status FROM orders o WHERE o.user_id = a.user_id AND o.id >= oldest
        AND o.paid_at IS NULL AND o.status IN ('PENDING', 'RESERVED')) AS o
      JOIN order_lines l ON l.order_id = o.id
    WHERE l.product_id IN (SELECT product_id FROM wanted)
    GROUP BY a.user_id, l.product_id
  ), held_by_address AS MATERIALIZED (
    -- Simultaneous orders often come from one address, so what an address holds is summed once for all of them.
    SELECT a.placed_from, l.product_id, sum(l.quantity) AS pieces,
      coalesce(sum(l.quantity) FILTER (WHERE o.status = 'RESERVED'), 0) AS reserved
    FROM (SELECT DISTINCT placed_from FROM placers) AS a
      CROSS JOIN LATERAL (SELECT o.id, o.status FROM orders o WHERE o.placed_from = a.placed_from AND o.id >= oldest
        AND o.paid_at IS NULL AND o.status IN ('PENDING', 'RESERVED')
        ORDER BY o.id DESC LIMIT (SELECT counted_of_address FROM most)) AS o
      JOIN order_lines l ON l.order_id = o.id
    WHERE l.product_id IN (SELECT product_id FROM wanted)
    GROUP BY a.placed_from, l.product_id
  ), of_account AS MATERIALIZED (
    SELECT a.user_id, (SELECT count(*) FROM orders o WHERE o.user_id = a.user_id AND o.id >= oldest
      AND o.created_at > now() - interval '1 hour' AND o.paid_at IS NULL
      AND (o.status IN ('PENDING', 'RESERVED', 'CANCELLED') OR o.failure_reason = 'payment_expired')) AS unpaid
    FROM (SELECT DISTINCT user_id FROM placers) AS a
  ), of_address AS MATERIALIZED (
    SELECT a.placed_from, (SELECT count(*) FROM orders o WHERE o.placed_from = a.placed_from AND o.id >= oldest
      AND o.created_at > now() - interval '1 hour' AND o.paid_at IS NULL
      AND (o.status IN ('PENDING', 'RESERVED', 'CANCELLED') OR o.failure_reason = 'payment_expired')) AS unpaid
    FROM (SELECT DISTINCT placed_from FROM placers) AS a
  ), counts (id, detail, by_itself, with_others, allowed) AS (
    SELECT p.id, 'this account has too many unpaid orders', a.unpaid + 1,
      a.unpaid + row_number() OVER (PARTITION BY p.user_id ORDER BY p.place), most.orders_of_account
    FROM placers p JOIN of_account a USING (user_id), most
    UNION ALL
    SELECT p.id, 'this address has too many unpaid orders', a.unpaid + 1,
      a.unpaid + row_number() OVER (PARTITION BY p.placed_from ORDER BY p.place), most.orders_of_address
    FROM placers p JOIN of_address a USING (placed_from), most
    UNION ALL
    SELECT w.id, 'unpaid orders hold too much of a product', coalesce(h.pieces, 0) + w.quantity,
      coalesce(h.pieces, 0) + sum(w.quantity) OVER (PARTITION BY w.user_id, w.product_id ORDER BY w.place),
      -- Reserved pieces are already subtracted from the available stock.
      CASE WHEN w.quantity <= w.available
        THEN greatest(free_pieces, floor((w.available + coalesce(h.reserved, 0)) * share)) * times END
    FROM wanted w LEFT JOIN held_by_account h USING (user_id, product_id), most
    UNION ALL
    SELECT w.id, 'unpaid orders hold too much of a product', coalesce(h.pieces, 0) + w.quantity,
      coalesce(h.pieces, 0) + sum(w.quantity) OVER (PARTITION BY w.placed_from, w.product_id ORDER BY w.place),
      CASE WHEN w.quantity <= w.available
        THEN greatest(free_pieces, floor((w.available + coalesce(h.reserved, 0)) * share)) * times END
    FROM wanted w LEFT JOIN held_by_address h USING (placed_from, product_id), most
  )
  SELECT DISTINCT ON (c.id) c.id, c.detail, c.by_itself > c.allowed
  FROM counts c
  WHERE c.with_others > c.allowed
  ORDER BY c.id, c.by_itself > c.allowed DESC;
END $$;
