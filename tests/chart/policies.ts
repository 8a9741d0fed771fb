import type { KubernetesObject } from './kubernetes';

/** One end of a connection: a pod of the release, a pod elsewhere, or an address. */
export type End =
  | { readonly labels: Readonly<Record<string, string>>; readonly namespace?: string }
  | { readonly address: string };

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: string[];
  }[];
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
}

const OWN_NAMESPACE = 'market';

function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
      if (operator !== 'In') throw new Error(`the evaluator does not know ${operator}`);
      return values.includes(labels[key] ?? '');
    })
  );
}

const asNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function inBlock(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  if (base.includes(':')) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(asNumber(address) / size) === Math.floor(asNumber(base) / size);
}

function matches(peer: Peer, end: End): boolean {
  if ('address' in end) {
    const { ipBlock } = peer;
    if (ipBlock === undefined) return false;
    return (
      inBlock(end.address, ipBlock.cidr) && !(ipBlock.except ?? []).some((out) => inBlock(end.address, out))
    );
  }
  if (peer.ipBlock !== undefined) return false;
  const namespace = end.namespace ?? OWN_NAMESPACE;
  const namespaceFits =
    peer.namespaceSelector === undefined
      ? namespace === OWN_NAMESPACE
      : selects(peer.namespaceSelector, { 'kubernetes.io/metadata.name': namespace });
  return namespaceFits && selects(peer.podSelector ?? {}, end.labels);
}

function sideAllows(
  policies: readonly KubernetesObject[],
  direction: 'Ingress' | 'Egress',
  self: End,
  other: End,
  port: number,
  protocol: string,
): boolean {
  if ('address' in self || (self.namespace ?? OWN_NAMESPACE) !== OWN_NAMESPACE) return true;
  const mine = policies.filter(
    ({ spec }) => spec?.['policyTypes'].includes(direction) && selects(spec['podSelector'], self.labels),
  );
  if (mine.length === 0) return true;
  return mine.some(({ spec }) =>
    ((spec?.[direction.toLowerCase()] ?? []) as Rule[]).some((rule) => {
      const peers = direction === 'Ingress' ? rule.from : rule.to;
      const portFits =
        rule.ports === undefined || rule.ports.some((p) => p.port === port && p.protocol === protocol);
      return portFits && (peers === undefined || peers.some((peer) => matches(peer, other)));
    }),
  );
}

/** What a cluster that enforces policies lets through: the sender's egress and the receiver's ingress must both allow it. */
export function allowed(
  policies: readonly KubernetesObject[],
  from: End,
  to: End,
  port: number,
  protocol = 'TCP',
): boolean {
  return (
    sideAllows(policies, 'Egress', from, to, port, protocol) &&
    sideAllows(policies, 'Ingress', to, from, port, protocol)
  );
}
