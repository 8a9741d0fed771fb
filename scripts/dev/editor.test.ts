import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, serviceNames } from '../workspace';
import { debugPorts } from './debug-ports';

const jsonOf = <T>(file: string): T => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as T;
const running = serviceNames().filter((name) => name !== 'simulator');

interface Launch {
  configurations: { name: string; request: string; port?: number; program?: string }[];
  compounds: { name: string; configurations: string[] }[];
}
interface Container {
  image: string;
  forwardPorts: number[];
  updateContentCommand: string;
  portsAttributes: Record<string, unknown>;
  customizations: { vscode: { extensions: string[] } };
}

describe('.vscode', () => {
  const { configurations, compounds } = jsonOf<Launch>('.vscode/launch.json');
  const attached = configurations.filter(({ request }) => request === 'attach');

  it('attaches to each service at the port that npm run dev gives its debugger', () => {
    const ports = Object.fromEntries(attached.map(({ name, port }) => [name, port]));
    expect(ports).toEqual(Object.fromEntries(running.map((name) => [`Attach to ${name}`, debugPorts[name]])));
    expect(compounds.map((compound) => [...compound.configurations].sort())).toEqual([
      attached.map(({ name }) => name).sort(),
    ]);
  });

  it('runs the open test file by a program that is installed', () => {
    const [run, ...more] = configurations.filter(({ request }) => request === 'launch');
    expect(more).toEqual([]);
    const program = path.join(root, (run?.program ?? '').replace('${workspaceFolder}/', ''));
    expect(readFileSync(program, 'utf8')).toContain('jest');
  });

  it('recommends the extension that formats on save', () => {
    const settings = jsonOf<Record<string, unknown>>('.vscode/settings.json');
    const { recommendations } = jsonOf<{ recommendations: string[] }>('.vscode/extensions.json');
    expect(settings['editor.formatOnSave']).toBe(true);
    expect(recommendations).toContain(settings['editor.defaultFormatter']);
  });
});

describe('the development container', () => {
  const container = jsonOf<Container>('.devcontainer/devcontainer.json');

  it('runs the oldest Node that the shop supports', () => {
    const { engines } = jsonOf<{ engines: { node: string } }>('package.json');
    const [, oldest = ''] = /^>=(\d+)/.exec(engines.node) ?? [];
    expect(container.image).toContain(`typescript-node:${oldest}-`);
  });

  it('runs commands that package.json has', () => {
    const { scripts } = jsonOf<{ scripts: Record<string, string> }>('package.json');
    const named = [...container.updateContentCommand.matchAll(/npm run ([\w:-]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("forwards the shop's port and knows those of all debuggers", () => {
    expect(container.forwardPorts).toEqual([8000]);
    const [range = ''] = Object.keys(container.portsAttributes).filter((key) => key.includes('-'));
    const [first = 0, last = 0] = range.split('-').map(Number);
    const ports = Object.values(debugPorts);
    expect(ports.filter((port) => port < first || port > last)).toEqual([]);
  });

  it('has the extensions that the editor recommends', () => {
    const { recommendations } = jsonOf<{ recommendations: string[] }>('.vscode/extensions.json');
    expect(container.customizations.vscode.extensions).toEqual(recommendations);
  });
});
