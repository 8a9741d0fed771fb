import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHART, helm, ofKind, RELEASE, render } from './render';
import { KUBERNETES } from './tools';

const ROOT = join(CHART, '..', '..');
const guide = readFileSync(join(ROOT, 'docs', 'operator.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp('^ *```' + language + '\\n([\\s\\S]*?)^ *```', 'gm'))].map(
    ([, text = '']) => text,
  );
/** Commands of the guide, one a line: continued lines joined, placeholders filled in. */
const commands = blocks('sh')
  .join('\n')
  .replace(/\\\n\s*/g, ' ')
  .replace(/<[a-z]+>/g, 'abc')
  .split('\n')
  .map((line) => line.trim());

const template = (...args: string[]): string =>
  helm(['template', 'bramble', CHART, `--kube-version=${KUBERNETES[1]}`, ...args]);

describe("the operator's guide", () => {
  it.each(blocks('yaml'))('shows values that the chart takes\n%s', (values) => {
    const file = join(mkdtempSync(join(tmpdir(), 'guide-')), 'values.yaml');
    writeFileSync(file, values);
    expect(template(`--values=${file}`)).toContain('kind: Deployment');
  });

  const settings = commands
    .filter((line) => line.startsWith('helm ') && line.includes(' --set '))
    .map((line) => [...line.matchAll(/--set (\S+)/g)].map(([, pair = '']) => `--set=${pair}`));
  it('sets values in several of its commands', () => {
    expect(settings.length).toBeGreaterThan(2);
  });
  it.each(settings)('sets what the chart takes: %s %s', (...set) => {
    expect(template(...set.filter((pair) => pair !== undefined))).toContain('kind: Deployment');
  });

  it('names only objects that an installation has', () => {
    const objects = render('ci/default-values.yaml').map(
      ({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name.replace(RELEASE, 'bramble')}`,
    );
    const named = [...guide.matchAll(/\b(cronjob|deployment)\/(bramble-[a-z-]+)/g)].map(([text]) => text);
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(objects).toContain(name);
    const claims = ofKind(render('ci/default-values.yaml'), 'StatefulSet').map(
      ({ metadata }) => `data-${metadata.name.replace(RELEASE, 'bramble')}-0`,
    );
    for (const [claim] of guide.matchAll(/data-bramble-[a-z]+-0/g)) expect(claims).toContain(claim);
  });

  it('lists every CronJob', () => {
    const listed = [...guide.matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name);
    const jobs = ofKind(render('ci/default-values.yaml'), 'CronJob').map(({ metadata }) =>
      metadata.name.replace(`${RELEASE}-`, ''),
    );
    expect(listed).toEqual(expect.arrayContaining(jobs));
  });

  it('starts programs that the images hold', () => {
    for (const [, name] of guide.matchAll(/node (?:\/app\/)?([a-z-]+)\.mjs/g)) {
      const sources = ['services/users/src', 'services/orders/src'].map(
        (folder) => `${folder}/${name}-main.ts`,
      );
      expect([...sources, `k8s-jobs/src/${name}.ts`].some((file) => existsSync(join(ROOT, file)))).toBe(true);
    }
  });
});
