import { createCommand, UsageError } from '@bramble/service-kit/base/command-line';

export interface ImageOptions {
  /** Such as linux/arm64; the engine's own platform when it is absent. */
  readonly platforms: readonly string[];
  readonly nodeImage?: string;
  readonly nginxImage?: string;
  /** `<prefix>-<name>:<tag>`. */
  readonly prefix: string;
  readonly tag: string;
  readonly push: boolean;
  readonly only: readonly string[];
  /** An OCI archive per image instead of the engine's own store. */
  readonly output?: string;
}

type Given = Omit<ImageOptions, 'platforms' | 'only'> & { platform: string };

/** The command line of `npm run images`. */
export function imagesCommand(version: string, run: (options: ImageOptions) => Promise<void>) {
  const program = createCommand('npm run images --', {
    does: 'Builds the images of the services, the storefront and the jobs with the Docker engine.',
    example: 'npm run images -- gateway orders --platform linux/arm64',
  })
    .argument('[NAME...]', 'only these images')
    .option('--platform <list>', "such as linux/arm64,linux/amd64 (default: this machine's)", '')
    .option('--node-image <image>', 'default: the one in Dockerfile.base')
    .option('--nginx-image <image>', 'default: the one in Dockerfile.base')
    .option('--prefix <prefix>', 'an image is <prefix>-<name>:<tag>', 'ghcr.io/bramble-shop/bramble')
    .option('--tag <tag>', 'the tag of every image', version)
    .option('--push', 'several platforms become one manifest, in the registry', false)
    .option('--output <folder>', 'one tar per image and platform');
  return program.action(() => run(checked(program.opts<Given>(), program.args)));
}

function checked({ platform, ...given }: Given, only: readonly string[]): ImageOptions {
  const platforms = platform.split(',').filter((each) => each !== '');
  const unknown = platforms.filter((each) => !['linux/amd64', 'linux/arm64'].includes(each));
  if (unknown.length > 0)
    throw new UsageError(`images are built for linux/amd64 and linux/arm64, not ${unknown.join(', ')}`);
  if (platforms.length > 1 && !given.push && given.output === undefined)
    throw new UsageError('several platforms in one image need --push, or --output for one file each');
  return { ...given, platforms, only };
}
