import { pageSizeOf, unsupportedReason, versionOf } from './board';

const pi4 = 'processor\t: 0\nFeatures\t: fp asimd evtstrm crc32 cpuid\nCPU part\t: 0xd08\n';
const pi5 = 'processor\t: 0\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp\n';
const server = 'processor\t: 0\nflags\t\t: fpu sse4_2 avx avx2\n';
const arm = { architecture: 'arm64', pageSize: 4096 };

describe('the preflight', () => {
  it('says what to do on a Raspberry Pi 4', () => {
    const sentence = unsupportedReason({ ...arm, cpuinfo: pi4, image: 'docker.io/library/mongo:7.0.28' });
    expect(sentence).toMatch(/ARMv8\.2-A.*Raspberry Pi 5.*mongodb\.external.*mongodb\.image/);
    expect(sentence?.match(/\./g)?.length).toBeGreaterThan(0);
    expect(sentence).not.toContain('\n');
  });

  it.each([
    ['the last server built for a Pi 4', 'mongo:4.4.18', pi4, 4096],
    ['a Pi 5', 'mongo:7.0.28', pi5, 16_384],
    ['a Pi 5 with the kernel of 4 KiB pages', 'mongo:8.0.12', pi5, 4096],
    ['an image without a version', 'mongo@sha256:00', pi4, 4096],
  ])('passes %s', (_, image, cpuinfo, pageSize) => {
    expect(unsupportedReason({ architecture: 'arm64', image, cpuinfo, pageSize })).toBeUndefined();
  });

  it.each([
    ['4.4.19 on a Pi 4', 'mongo:4.4.19', pi4, 4096, 'ARMv8.2-A'],
    ['5.0 on a Pi 4', 'mongo:5.0.1', pi4, 4096, 'ARMv8.2-A'],
    ['8.0.5 on the 16 KiB pages of a Pi 5', 'mongo:8.0.5', pi5, 16_384, 'kernel8.img'],
  ])('refuses %s', (_, image, cpuinfo, pageSize, reason) => {
    expect(unsupportedReason({ architecture: 'arm64', image, cpuinfo, pageSize })).toContain(reason);
  });

  it('asks a PC for AVX', () => {
    const pc = { architecture: 'x64', pageSize: 4096, image: 'mongo:7.0.28' };
    expect(unsupportedReason({ ...pc, cpuinfo: server })).toBeUndefined();
    expect(unsupportedReason({ ...pc, cpuinfo: server.replaceAll('avx', 'mmx') })).toContain('AVX');
  });

  it('reads the page size that the kernel hands over', () => {
    const auxv = Buffer.alloc(48);
    auxv.writeBigUInt64LE(16n, 0);
    auxv.writeBigUInt64LE(6n, 16);
    auxv.writeBigUInt64LE(16_384n, 24);
    expect(pageSizeOf(auxv)).toBe(16_384);
    expect(pageSizeOf(Buffer.alloc(0))).toBe(4096);
  });

  it('reads versions of tags and not ports of registries', () => {
    expect(versionOf('mirror.example:5000/mongo:7.0.28-jammy')).toEqual([7, 0, 28]);
    expect(versionOf('mirror.example:5000/mongo')).toBeUndefined();
    expect(versionOf('mongo:latest')).toBeUndefined();
  });
});
