import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';

interface Rule {
  id: string;
  metadata: { finds: string };
  paths?: { include: string[] };
}

/** Lets semgrep look at each rule's own example; throws when a rule overlooks it. Answers how many rules there are. */
export function rulesFindTheirOwn(semgrep: string, file: string): number {
  const { rules } = parse(readFileSync(file, 'utf8')) as { rules: Rule[] };
  const dir = mkdtempSync(path.join(os.tmpdir(), 'bramble-semgrep-'));
  try {
    for (const { id, metadata, paths } of rules) {
      // Where the rule looks: the first of its folders, with any name for what may be any.
      const folder = (paths?.include[0] ?? 'src/**').replace('/**', '').replace('*', 'any');
      mkdirSync(path.join(dir, folder), { recursive: true });
      writeFileSync(path.join(dir, folder, `${id}.tsx`), `${metadata.finds}\n`);
    }
    const { stdout, stderr } = spawnSync(
      semgrep,
      [
        'scan',
        '--config',
        file,
        '--metrics',
        'off',
        '--disable-version-check',
        '--quiet',
        '--json',
        '--no-git-ignore',
        '.',
      ],
      { cwd: dir, encoding: 'utf8', maxBuffer: 64_000_000 },
    );
    const { results } = JSON.parse(stdout || '{"results":[]}') as {
      results: { check_id: string; path: string }[];
    };
    const found = new Set(
      results.map(({ check_id, path: at }) => `${check_id.split('.').at(-1)} ${path.parse(at).name}`),
    );
    const blind = rules.filter(({ id }) => !found.has(`${id} ${id}`)).map(({ id }) => id);
    if (blind.length > 0)
      throw new Error(`these rules overlook their own example: ${blind.join(', ')}\n${stderr}`);
    return rules.length;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
