export interface Board {
  readonly image: string;
  readonly cpuinfo: string;
  /** The size of a memory page in bytes. */
  readonly pageSize: number;
  /** The architecture as Node names it: arm64, x64 ... */
  readonly architecture: string;
}

const AT_PAGESZ = 6n;

/** The page size from the auxiliary vector that the kernel passes to a process; 4096 when it is missing. */
export function pageSizeOf(auxv: Buffer): number {
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (auxv.readBigUInt64LE(at) === AT_PAGESZ) return Number(auxv.readBigUInt64LE(at + 8));
  }
  return 4096;
}

/** Major, minor and patch of an image's tag; undefined for a digest or a tag that is not a version. */
export function versionOf(image: string): readonly [number, number, number] | undefined {
  const [tag = ''] = /:[^:/@]+$/.exec(image) ?? [];
  const [major, minor = '0', patch = '0'] = /^:v?[\d.]+/.exec(tag)?.[0].replace(/^:v?/, '').split('.') ?? [];
  return major ? [Number(major), Number(minor), Number(patch)] : undefined;
}

const isAtLeast = (version: readonly number[], ...floor: number[]): boolean => {
  for (const [index, part] of floor.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
};

function flagsOf(cpuinfo: string): Set<string> {
  const line = cpuinfo.split('\n').find((text) => text.startsWith('flags') || text.startsWith('Features'));
  return new Set(line?.split(':')[1]?.trim().split(/\s+/));
}

/** The reason why this board cannot run this MongoDB image, with alternatives; undefined when no obstacle is known. */
export function unsupportedReason({ image, cpuinfo, pageSize, architecture }: Board): string | undefined {
  const version = versionOf(image);
  if (version === undefined) return undefined;
  const flags = flagsOf(cpuinfo);
  const alternatives =
    'use a Raspberry Pi 5, point mongodb.external at a server elsewhere, or set mongodb.image to a build that you chose for this board';
  const needsLse = isAtLeast(version, 5) || (version[0] === 4 && version[1] === 4 && version[2] >= 19);
  if (architecture === 'arm64' && needsLse && !flags.has('atomics')) {
    return `${image} needs an ARMv8.2-A processor and this one is older (a Raspberry Pi 4 or 3): ${alternatives}.`;
  }
  if (architecture === 'x64' && isAtLeast(version, 5) && !flags.has('avx')) {
    return `${image} needs a processor with AVX and this one has none: point mongodb.external at a server elsewhere, or set mongodb.image to a build that you chose for it.`;
  }
  if (architecture === 'arm64' && isAtLeast(version, 8, 0, 5) && pageSize > 4096) {
    return `${image} ends at once on a kernel with ${pageSize / 1024} KiB pages, the Raspberry Pi 5's default: use mongo:7.0, or kernel=kernel8.img in /boot/firmware/config.txt.`;
  }
  return undefined;
}
