-- Orders that ended before the outcome of their capture was known ask payments for it. The time until they ask lets the
-- processes of the earlier release end, which do not know the obligation.
UPDATE orders SET
  obligations = obligations || jsonb_build_array(jsonb_build_object(
    'kind', 'void', 'since', n.ms, 'dueAt', n.ms + 600000, 'resent', 0)),
  due_at = least(due_at, now() + interval '10 minutes'),
  overdue_at = least(overdue_at, now() + interval '11 minutes')
FROM (SELECT (extract(epoch FROM now()) * 1000)::bigint AS ms) n
WHERE capture = 'pending' AND status IN ('FAILED', 'CANCELLED');
