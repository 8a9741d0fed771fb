import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** The sender of a request, taken from its connection and, behind trusted proxies, from its forwarding headers. */
export interface Client {
  /** The key of the rate limits: an IPv4 address, or the /56 of an IPv6 address, which is what one household gets. */
  address: string;
  secure: boolean;
  /** The origin in the browser's address bar, such as `https://shop.example`. */
  origin: string;
}

const withoutIpv4Prefix = (address: string) => (address.startsWith('::ffff:') ? address.slice(7) : address);

/** The trusted proxies as a list with a fast look-up. */
function trustList(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(network, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The first 56 bits of an IPv6 address in full notation. */
function network56(address: string): string {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...right].map((group) =>
    group.padStart(4, '0'),
  );
  return `${groups.slice(0, 3).join(':')}:${(groups[3] ?? '0000').slice(0, 2)}00::/56`;
}

const first = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value[0] : value)?.split(',')[0]?.trim();

const hostPattern = /^[A-Za-z0-9._-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/;

/**
 * Makes the function that determines the sender of a request. X-Forwarded-For, -Proto and -Host count only when the
 * connection comes from a trusted range; the address is then the rightmost one that is not trusted itself.
 */
export function clientReader(trustProxy: readonly string[]): (req: IncomingMessage) => Client {
  const trusted = trustList(trustProxy);
  return (req) => {
    let address = withoutIpv4Prefix(req.socket.remoteAddress ?? '0.0.0.0');
    let scheme = 'encrypted' in req.socket && req.socket.encrypted ? 'https' : 'http';
    let host = req.headers.host ?? '';
    if (trusted(address)) {
      const hops = String(req.headers['x-forwarded-for'] ?? '').split(',');
      for (let hop = hops.length - 1; hop >= 0; hop--) {
        const before = withoutIpv4Prefix(hops[hop]?.trim() ?? '');
        if (isIP(before) === 0) break;
        address = before;
        if (!trusted(before)) break;
      }
      if (first(req.headers['x-forwarded-proto']) === 'https') scheme = 'https';
      const forwardedHost = first(req.headers['x-forwarded-host']);
      if (forwardedHost !== undefined && hostPattern.test(forwardedHost)) host = forwardedHost;
    }
    return {
      address: isIP(address) === 6 ? network56(address) : address,
      secure: scheme === 'https',
      origin: `${scheme}://${host.toLowerCase()}`,
    };
  };
}
