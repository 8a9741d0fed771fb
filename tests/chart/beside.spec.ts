import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { imageNames } from '../../scripts/images/context';
import { serviceNames } from '../../scripts/workspace';
import { allContainers, CHART, render, workloads } from './render';

const PREFIX = 'ghcr.io/bramble-shop/bramble-';
const read = <T>(file: string): T =>
  parse(readFileSync(join(CHART, '..', '..', file), 'utf8'), { merge: true }) as T;

interface Release {
  setValues: Record<string, unknown>;
  setValueTemplates: Record<string, string>;
}
interface Skaffold {
  build: { artifacts: { image: string }[] };
  deploy: { helm: { releases: Release[] } };
}
interface Compose {
  services: Record<string, { image: string; read_only: boolean; cap_drop: string[]; mem_limit?: string }>;
}

describe('skaffold.yaml', () => {
  const skaffold = read<Skaffold>('skaffold.yaml');

  it('builds every image of a release', () => {
    expect(skaffold.build.artifacts.map(({ image }) => image).sort()).toEqual(
      imageNames()
        .map((name) => `${PREFIX}${name}`)
        .sort(),
    );
  });

  it('installs the chart with the images it has built, and no other of ours', () => {
    const [release] = skaffold.deploy.helm.releases;
    const fixed = Object.entries(release?.setValues ?? {}).map(([key, value]) => `${key}=${String(value)}`);
    const set = Object.entries(release?.setValueTemplates ?? {}).map(([key, template]) => {
      const [, part = '', image = ''] = /IMAGE_(DOMAIN|REPO_NO_DOMAIN|TAG)_(\w+)/.exec(template) ?? [];
      const built = { DOMAIN: 'built.example', REPO_NO_DOMAIN: image.replaceAll('_', '-'), TAG: 'now' }[part];
      return `${key}=${built ?? 'unknown'}`;
    });
    const images = workloads(
      render('ci/demo-values.yaml', { set: [...fixed, ...set, 'simulator.enabled=true'] }),
    )
      .flatMap(({ pod }) => allContainers(pod.spec))
      .map(({ image }) => image)
      .filter((image) => image.includes('bramble'));
    expect(images.length).toBeGreaterThan(10);
    for (const image of images)
      expect(image).toMatch(/^built\.example\/ghcr-io-bramble-shop-bramble-[a-z]+:now$/);
  });
});

describe('compose.yaml', () => {
  const { services } = read<Compose>('compose.yaml');

  it('has every service, the storefront and the stores', () => {
    const shop = [...serviceNames().filter((name) => name !== 'simulator'), 'storefront'];
    expect(Object.keys(services)).toEqual(expect.arrayContaining([...shop, 'postgres', 'mongodb', 'redis']));
  });

  it.each(Object.entries(services))('keeps %s on a read-only root without capabilities', (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });
});
