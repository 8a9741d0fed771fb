import type { AuditEntry } from '@bramble/contracts/users';

const columns = ['at', 'actorId', 'address', 'action', 'subject', 'before', 'after', 'detail', 'id'] as const;

/** A cell that begins like a formula gets an apostrophe, since spreadsheets would run it. */
function cell(value: unknown): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Audit entries as a table (RFC 4180) with a row of names. */
export const auditCsv = (entries: readonly AuditEntry[]): string =>
  [columns.join(','), ...entries.map((entry) => columns.map((name) => cell(entry[name])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');
