/** The part of an OpenAPI document that says who may call what; `x-access` is `anyone`, `user` or a list of roles. */
export interface ContractAccess {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly 'x-access': unknown }>>>>;
}

/** True when somebody may call by `before` and not by `now`. */
function isStricter(before: unknown, now: unknown): boolean {
  if (now === 'anyone' || before === now) return false;
  if (before === 'anyone') return true;
  if (now === 'user') return false;
  // Roles are left: every session had one of them, or one of the former roles is gone.
  return !Array.isArray(before) || !Array.isArray(now) || before.some((role) => !now.includes(role));
}

const inWords = (access: unknown): string => (Array.isArray(access) ? access.join(' or ') : String(access));

/** A line for each operation of both documents that somebody may not call any more. oasdiff does not know `x-access`. */
export function stricterAccess(released: ContractAccess, present: ContractAccess): string[] {
  return Object.entries(released.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { 'x-access': before }]) => {
      const operation = present.paths[path]?.[method];
      if (!operation || !isStricter(before, operation['x-access'])) return [];
      const change = `was for ${inWords(before)} and is for ${inWords(operation['x-access'])}`;
      return [`${method.toUpperCase()} ${path}: ${change}`];
    }),
  );
}
