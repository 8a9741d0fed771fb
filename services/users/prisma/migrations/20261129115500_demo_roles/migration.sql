-- AlterTable
ALTER TABLE "users" ADD COLUMN     "demo_roles" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
CREATE INDEX users_demo_roles ON users (id) WHERE demo_roles <> '{}';

-- The roles that the demo admin gave before, and those given by accounts that became admin that way, as the audit log has them.
WITH RECURSIVE changes AS (
  SELECT actor_id::text AS actor, subject, coalesce(before->'roles', '[]') AS old_roles,
    CASE jsonb_typeof(after->'roles') WHEN 'array' THEN after->'roles' ELSE '[]' END AS new_roles
  FROM audit_entries WHERE action = 'changeUser'
), actors AS (
  SELECT '01900000-0000-7000-8000-000000000003'::text AS id
  UNION
  SELECT c.subject FROM changes c JOIN actors a ON a.id = c.actor
  WHERE c.new_roles ? 'admin' AND NOT c.old_roles ? 'admin'
), given AS (
  SELECT c.subject, given_role.role FROM changes c JOIN actors a ON a.id = c.actor
    CROSS JOIN LATERAL jsonb_array_elements_text(c.new_roles) AS given_role (role)
  WHERE NOT c.old_roles ? given_role.role
)
UPDATE users u SET demo_roles = ARRAY(
  SELECT DISTINCT g.role FROM given g WHERE g.subject = u.id::text AND g.role = ANY(u.roles))
WHERE u.erased_at IS NULL AND u.id::text IN (SELECT subject FROM given);
