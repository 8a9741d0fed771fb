-- What the Jobs of backup and restore tell besides: the archive's size, and when one was last proved by a restore.
ALTER TABLE task_runs ADD COLUMN size_bytes bigint, ADD COLUMN verified_at timestamptz;
