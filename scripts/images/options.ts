import { parseArgs } from 'node:util';

export interface ImageOptions {
  /** Such as linux/arm64; the engine's own platform when it is absent. */
  readonly platforms: readonly string[];
  readonly nodeImage: string | undefined;
  readonly nginxImage: string | undefined;
  /** `<prefix>-<name>:<tag>`. */
  readonly prefix: string;
  readonly tag: string;
  readonly push: boolean;
  readonly only: readonly string[];
  /** An OCI archive per image instead of the engine's own store. */
  readonly output: string | undefined;
}

export const usage = `npm run images -- [names...]
  --platform linux/arm64,linux/amd64   default: this machine's
  --node-image IMAGE                   default: the one in Dockerfile.base
  --nginx-image IMAGE
  --prefix ghcr.io/bramble-shop/bramble   --tag 0.1.0
  --push                               several platforms become one manifest, in the registry
  --output FOLDER                      one tar per image and platform`;

/** Reads the command line of `npm run images`; throws with what is wrong. */
export function readOptions(args: readonly string[], version: string): ImageOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      platform: { type: 'string', default: '' },
      'node-image': { type: 'string' },
      'nginx-image': { type: 'string' },
      prefix: { type: 'string', default: 'ghcr.io/bramble-shop/bramble' },
      tag: { type: 'string', default: version },
      push: { type: 'boolean', default: false },
      output: { type: 'string' },
    },
  });
  const platforms = values.platform.split(',').filter((platform) => platform !== '');
  const unknown = platforms.filter((platform) => !['linux/amd64', 'linux/arm64'].includes(platform));
  if (unknown.length > 0)
    throw new Error(`images are built for linux/amd64 and linux/arm64, not ${unknown.join(', ')}`);
  if (platforms.length > 1 && !values.push && values.output === undefined) {
    throw new Error('several platforms in one image need --push, or --output for one file each');
  }
  return {
    platforms,
    nodeImage: values['node-image'],
    nginxImage: values['nginx-image'],
    prefix: values.prefix,
    tag: values.tag,
    push: values.push,
    output: values.output,
    only: positionals,
  };
}
