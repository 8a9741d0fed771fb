import { demoArt } from '@bramble/demo/art';
import { artSvg } from '../../build/art';

describe('the pictures of the demo catalogue', () => {
  it('there are some, each named once', () => {
    expect(demoArt.length).toBeGreaterThan(40);
    expect(new Set(demoArt).size).toBe(demoArt.length);
  });

  it.each(demoArt.map((name) => [name]))('%s is small and plain', (name) => {
    const svg = artSvg(name);
    expect(Buffer.byteLength(svg)).toBeLessThanOrEqual(6_000);
    expect(svg).not.toContain('<filter');
    expect(svg).not.toMatch(/<(?:script|image|foreignObject)/);
  });

  it('a name that the set does not have breaks the build, not the shop', () => {
    expect(() => artSvg('no-such-picture')).toThrow(/no-such-picture/);
  });
});
