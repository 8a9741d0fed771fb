-- The highest recorded entry of each stream, which a new leader of the relay asks for first, without a scan of a day's rows.
CREATE INDEX outbox_recorded ON outbox (stream, (split_part(stream_id, '-', 1)::bigint), (split_part(stream_id, '-', 2)::bigint))
  WHERE stream_id IS NOT NULL;
