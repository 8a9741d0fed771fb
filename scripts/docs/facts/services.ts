import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type EventName, events, requiredGroups, type Stream, streams } from '@bramble/contracts/events';
import { publicOperations } from '@bramble/contracts/public-operations';
import { root, serviceNames } from '../../workspace';

/** One service as the chart, the contracts and the map of the services know it. */
export interface ServiceFacts {
  name: string;
  port: number;
  /** From services/README.md, in a few words. */
  owns: string;
  /** `postgres`, `mongodb`, `redis-events`, `redis-cache`. */
  stores: readonly string[];
  /** Services that it calls by HTTP. */
  calls: readonly string[];
  publishes: readonly Stream[];
  consumes: readonly Stream[];
  /** The first part of the public addresses that it answers, such as `/api/orders`. */
  answers: readonly string[];
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Every service that a shop runs, the gateway first and the rest in the order of the gateway's calls. */
export function serviceFacts(): ServiceFacts[] {
  const known = new Set(serviceNames().filter((name) => name !== 'simulator'));
  const map = read('services/README.md');
  const chart = (name: string) =>
    parse(read(`charts/bramble/charts/${name}/values.yaml`)) as Record<'stores' | 'calls', string[]> & {
      port: number;
    };
  const order = ['gateway', ...chart('gateway').calls].filter((name) => known.has(name));
  return order.map((name) => {
    const { port, stores, calls } = chart(name);
    return {
      name,
      port,
      owns: new RegExp(String.raw`^\|\s*\[${name}\][^|]*\|\s*([^|]*?)\s*\|`, 'm').exec(map)?.[1] ?? '',
      stores,
      calls: calls.filter((called) => known.has(called)),
      publishes: streamNames.filter((stream) => streams[stream] === name),
      consumes: streamNames.filter((stream) => requiredGroups[stream].includes(name)),
      answers: addressesOf(name),
    };
  });
}

export const streamNames = Object.keys(streams) as Stream[];

export const eventsOf = (stream: Stream): EventName[] =>
  (Object.keys(events) as EventName[]).filter((name) => events[name].stream === stream);

function addressesOf(service: string): string[] {
  const first = publicOperations
    .filter((operation) => operation.service === service)
    .map(({ path: address }) => address.split('/').slice(0, 3).join('/'));
  return [...new Set(first)].sort();
}
