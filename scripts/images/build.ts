import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../workspace';
import { layOut, STOREFRONT } from './context';
import type { ImageOptions } from './options';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The engine's own command line: a wrapper of that name earlier on the PATH may not know BuildKit. */
const docker = (): string =>
  ['/usr/bin/docker', 'docker'].find((file) => !file.startsWith('/') || existsSync(file)) ?? 'docker';

function run(args: readonly string[]): void {
  const { status, error } = spawnSync(docker(), [...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DOCKER_BUILDKIT: '1' },
  });
  if (error !== undefined) throw new Error(`docker cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`docker ${args[0] ?? ''} ended with ${String(status)}`);
}

const imageOf = ({ prefix, tag }: ImageOptions, name: string): string => `${prefix}-${name}:${tag}`;

/** Builds one image for every wanted platform; several become one manifest in the registry. */
export async function buildImage(name: string, options: ImageOptions): Promise<string> {
  const image = imageOf(options, name);
  const platforms = options.platforms.length > 0 ? options.platforms : [undefined];
  const parts: string[] = [];
  for (const platform of platforms) {
    const architecture = platform?.split('/')[1] ?? ARCHITECTURES[process.arch] ?? process.arch;
    const context = await layOut(name, architecture);
    const part = platforms.length > 1 ? `${image}-${architecture}` : image;
    run([
      'build',
      '--quiet',
      '--network=host',
      `--file=${path.join(root, 'Dockerfile.base')}`,
      `--target=${name === STOREFRONT ? 'storefront' : 'node'}`,
      `--build-arg=TARGETARCH=${architecture}`,
      ...(platform === undefined ? [] : [`--platform=${platform}`]),
      ...(options.nodeImage === undefined ? [] : [`--build-arg=NODE_IMAGE=${options.nodeImage}`]),
      ...(options.nginxImage === undefined ? [] : [`--build-arg=NGINX_IMAGE=${options.nginxImage}`]),
      `--tag=${part}`,
      context,
    ]);
    if (options.output !== undefined) save(part, path.join(options.output, `${name}-${architecture}.tar`));
    if (options.push) run(['push', part]);
    parts.push(part);
  }
  if (options.push && parts.length > 1) {
    run(['manifest', 'create', '--amend', image, ...parts]);
    run(['manifest', 'push', image]);
  }
  return image;
}

function save(image: string, file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  run(['save', `--output=${file}`, image]);
}
