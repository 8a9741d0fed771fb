import { randomUUID } from 'node:crypto';
import { encode } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import { internalTokenHeader, signInternalToken } from '@bramble/service-kit/base/internal-auth';
import { internalKeys } from '@bramble/service-kit/base/internal-keys';
import { recordedEnvironment } from '../helpers/recorded-environment';
import type { LoadPlan } from './load';

/** An internal token lives for 60 s, warming up included. */
const MAX_SECONDS = 40;
const DIRECT = 'product, from catalog itself';

/** The loads that show what the edge costs: a cached product from the catalogue service itself, then through the gateway. */
export function edgePlans(
  shop: { url: string; dataDir: string },
  productId: string,
  { seconds, connections }: { seconds: number; connections: number },
): { name: string; against?: string; plan: () => LoadPlan }[] {
  const { CATALOG_URL: catalog, INTERNAL_TOKEN_KEY: key } = recordedEnvironment(shop.dataDir);
  if (!catalog || !key) throw new Error('the shop has not written down where catalog is');
  const { method, path } = encode(catalogApi.get, { params: { id: productId } });
  const plan = (url: string, headers: Record<string, string>): LoadPlan => ({
    url,
    seconds: Math.min(seconds, MAX_SECONDS),
    connections,
    requests: [{ method, path, headers }],
  });
  const token = () =>
    signInternalToken(internalKeys({ INTERNAL_TOKEN_KEY: key }).toCall('catalog', 'user'), 'catalog', {
      sub: null,
      roles: [],
      kind: 'user',
      secure: false,
      cid: randomUUID(),
    });
  return [
    { name: DIRECT, plan: () => plan(catalog, { [internalTokenHeader]: token() }) },
    { name: 'product, through the gateway', against: DIRECT, plan: () => plan(shop.url, {}) },
  ];
}
