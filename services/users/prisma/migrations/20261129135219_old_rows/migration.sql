-- The purge finds the oldest rows by these.
CREATE INDEX one_time_links_expires ON one_time_links (expires_at);
CREATE INDEX sessions_created ON sessions (created_at);
CREATE INDEX mail_jobs_old ON mail_jobs (coalesce(taken_at, created_at));
