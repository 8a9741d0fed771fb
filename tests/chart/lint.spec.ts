import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHART, helm, ofKind, render, renderText, valuesFiles } from './render';
import { KUBERNETES, schemas, tool } from './tools';

const CUSTOM = 'ServiceMonitor,HTTPRoute';
/** Checks of kube-score that are turned off for this chart, each with the reason. */
const DECIDED: Readonly<Record<string, string>> = {
  'container-image-pull-policy': 'tags are pinned; Always would keep a shop down while the registry is',
  'container-security-context-user-group-id': 'the official images bring their own ids, below 10000',
  'container-ephemeral-storage-request-and-limit': 'root is read-only and every emptyDir has a size limit',
  'statefulset-has-servicename': 'one-pod stores keep a cluster address, which outlives their pods',
  'deployment-has-poddisruptionbudget': 'on one replica a budget blocks the drain of a node for ever',
  'statefulset-has-poddisruptionbudget': 'the same',
  'pod-probes-identical': 'mongod is asked by its port: mongosh takes 100 MB and a second of a Pi each time',
};

function kubeScore(file: string): string[] {
  const ignored = Object.keys(DECIDED).flatMap((check) => ['--ignore-test', check]);
  try {
    execFileSync(tool('kube-score'), ['score', '--output-format=ci', ...ignored, '-'], {
      input: renderText(file),
      stdio: 'pipe',
    });
    return [];
  } catch (error) {
    const output = String((error as { stdout: Buffer }).stdout);
    return output.split('\n').filter((line) => line.startsWith('[CRITICAL]'));
  }
}

describe.each(valuesFiles)('%s', (file) => {
  it('passes the strict lint', () => {
    const output = helm([
      'lint',
      '--strict',
      `--kube-version=${KUBERNETES[1]}`,
      `--values=${join(CHART, file)}`,
      CHART,
    ]);
    expect(output).toContain('0 chart(s) failed');
  });

  it.each(KUBERNETES)('is what Kubernetes %s accepts, field by field', (version) => {
    const output = execFileSync(
      tool('kubeconform'),
      [
        '-strict',
        '-summary',
        `-kubernetes-version=${version}`,
        `-schema-location=${schemas(version)}`,
        `-skip=${CUSTOM}`,
      ],
      { input: renderText(file), encoding: 'utf8' },
    );
    expect(output).toContain('Invalid: 0, Errors: 0');
  });

  it('has no critical finding of kube-score', () => {
    // Without policies kube-score is right to complain: that file turns them off to be rendered that way too.
    const findings = kubeScore(file).filter(
      (line) => !file.includes('tunnel') || !line.includes('NetworkPolicy'),
    );
    expect(findings).toEqual([]);
  });
});

describe('values', () => {
  const refused = (...set: string[]): string => {
    try {
      render('ci/default-values.yaml', { set });
    } catch (error) {
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['a misspelt key', 'orders.replica=3', 'replica'],
    ['an unknown service', 'order.enabled=true', 'order'],
    ['memory without a unit', 'orders.resources.limits.memory=128', 'memory'],
    ['two members of rs0', 'mongodb.replicas=2', 'replicas'],
    ['a schedule that is none', 'jobs.stockRefill.schedule=hourly', 'schedule'],
  ])('refuses %s', (_, set, named) => {
    const message = refused(set);
    expect(message).toContain("don't meet the specifications of the schema");
    expect(message).toContain(named);
  });

  it.each([
    ['postgres.enabled=false', 'set users.database.existingSecret'],
    ['postgres.external.host=db', 'orders needs its address of postgres'],
    ['redis.cache.enabled=false,redis.events.resources.limits.memory=64Mi', 'One Redis for events and cache'],
    ['mongodb.external.host=db', 'catalog needs its address of mongodb'],
    ['redis.enabled=false', 'set redis.external.host'],
    ['cloudflared.enabled=true', 'cloudflared.token.existingSecret'],
    ['httpRoute.enabled=true', 'httpRoute.parentRefs'],
    ['jobs.backup.s3.bucket=b', 'jobs.backup.s3.existingSecret'],
    ['users.env.DEMO_ADMIN=on', 'set demo.admin instead of users.env.DEMO_ADMIN'],
  ])('says what is missing with %s', (set, sentence) => {
    const complaints = set.startsWith('postgres.external')
      ? refused(set, 'users.enabled=false')
      : refused(set);
    expect(complaints).toContain(sentence);
  });

  it('are listed in the README as they are', () => {
    const copy = join(mkdtempSync(join(tmpdir(), 'chart-docs-')), 'bramble');
    cpSync(CHART, copy, { recursive: true });
    writeFileSync(join(copy, 'README.md'), '');
    execFileSync(tool('helm-docs'), [`--chart-search-root=${copy}`, '--chart-to-generate=' + copy], {
      stdio: 'pipe',
    });
    expect(readFileSync(join(CHART, 'README.md'), 'utf8')).toBe(
      readFileSync(join(copy, 'README.md'), 'utf8'),
    );
  });

  it('of monitoring render nothing for an operator that is not there', () => {
    const objects = render('ci/full-values.yaml', { apis: [] });
    expect(ofKind(objects, 'ServiceMonitor')).toEqual([]);
    expect(ofKind(render('ci/full-values.yaml'), 'ServiceMonitor')).not.toEqual([]);
    expect(ofKind(render('ci/default-values.yaml'), 'ServiceMonitor')).toEqual([]);
  });
});
