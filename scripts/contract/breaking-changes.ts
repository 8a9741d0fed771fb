import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tool } from '../../tests/chart/tools';
import { type ContractAccess, stricterAccess } from './stricter-access';
import { withoutWords } from './without-words';

/** Changes that oasdiff only mentions, although clients of this shop can break by them. */
const RAISED = [
  // A client reads what it was promised, also where the promise was "may be absent".
  'response-optional-property-removed',
  'optional-response-header-removed',
  // The id of an operation is its name in a generated client.
  'api-operation-id-removed',
  // The older paths are marked as deprecated, and nobody was told a day on which they go.
  'api-path-removed-with-deprecation',
  'api-removed-with-deprecation',
];

interface Change {
  readonly id: string;
  readonly text: string;
  readonly operation?: string;
  readonly path?: string;
}

/**
 * A line for each change by which the present OpenAPI document breaks clients of the released one. A warning of oasdiff
 * counts too: it is a change that a client may have relied on, such as a field of a request that is gone.
 */
export function breakingChanges(released: ContractAccess, present: ContractAccess): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'bramble-contract-'));
  try {
    const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    write('released.json', JSON.stringify(withoutWords(released)));
    write('present.json', JSON.stringify(withoutWords(present)));
    write('levels.txt', RAISED.map((id) => `${id} err\n`).join(''));
    return [...new Set([...compared(folder), ...stricterAccess(released, present)])];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compared(folder: string): string[] {
  const options = ['--format', 'json', '--severity-levels', 'levels.txt'];
  const output = execFileSync(tool('oasdiff'), ['breaking', ...options, 'released.json', 'present.json'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
    // A field of each error is a field of some hundred answers.
    maxBuffer: 64 * 1024 * 1024,
  });
  const changes = JSON.parse(output) as Change[];
  return changes.map(({ id, text, operation, path: address }) =>
    [...(operation ? [`${operation} ${address}:`] : []), text, `[${id}]`].join(' '),
  );
}
