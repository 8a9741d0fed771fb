import { setTimeout as delay } from 'node:timers/promises';
import type { Document, MongoClient } from 'mongodb';
import { z } from 'zod';
import { text } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { job, Refusal } from './shared/job';
import { withMongo } from './shared/mongo';

const SET = 'rs0';
/** A new member copies all data before it counts. */
const JOIN_MS = 600_000;

/** A name that is not resolved yet, or a change before this one that the set has still to confirm. */
const PASSING = new Set([
  'NodeNotFound',
  'HostUnreachable',
  'NewReplicaSetConfigurationIncompatible',
  'ConfigurationInProgress',
  'CurrentConfigNotCommittedYet',
]);

const members = () =>
  z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.string().regex(/^[^\s:,]+:\d+$/, 'not host:port')).min(1));

interface Reach {
  readonly seconds: number;
  readonly log: Logger;
  readonly password: string;
}

interface SetConfig extends Document {
  version: number;
  members: { _id: number; host: string }[];
}

/** Talks to one member alone, as root, whatever the set thinks of it. */
const onMember = <T>(
  host: string,
  { seconds, log, password }: Reach,
  use: (client: MongoClient) => Promise<T>,
) =>
  withMongo(
    `mongodb://root:${encodeURIComponent(password)}@${host}/admin?authSource=admin&directConnection=true`,
    { seconds, log },
    use,
  );

const admin = (client: MongoClient, command: Document): Promise<Document> =>
  client.db('admin').command(command);

/** The one that initiates rs0, and the only one: members never initiate themselves, so that there can be no second set. */
export const initReplicaSet = job({
  name: 'init-replica-set',
  env: { MONGODB_MEMBERS: members(), MONGODB_ROOT_PASSWORD: text() },
  async run({ MONGODB_MEMBERS: wanted, MONGODB_ROOT_PASSWORD: password, CONNECT_SECONDS: seconds }, log) {
    const reach = { seconds, log, password };
    const first = wanted[0] ?? '';
    const belongs = await Promise.all(
      wanted.map((host) =>
        onMember(host, reach, async (client) => (await admin(client, { hello: 1 }))['setName'] === SET),
      ),
    );
    const known = wanted.find((_, index) => belongs[index]);
    if (known === undefined) await onMember(first, reach, (client) => initiate(client, first));
    const primary = await findPrimary(known ?? first, reach);
    const added = await onMember(primary, reach, (client) => join(client, wanted, log));
    return { members: wanted.length, initiated: known === undefined, added };
  },
});

async function initiate(client: MongoClient, host: string): Promise<void> {
  try {
    // Alone at first: the others have data of their own (the root user), and a set is initiated with empty ones only.
    await admin(client, { replSetInitiate: { _id: SET, members: [{ _id: 0, host }] } });
  } catch (error) {
    if ((error as { codeName?: string }).codeName !== 'AlreadyInitialized') throw error;
  }
}

async function findPrimary(member: string, reach: Reach): Promise<string> {
  return onMember(member, reach, async (client) => {
    const primary = await until(60_000, async () => {
      const { primary: host } = await admin(client, { hello: 1 });
      return typeof host === 'string' ? host : undefined;
    });
    if (primary === undefined) throw new Error('the replica set has no primary');
    return primary;
  });
}

/** Brings in the members that are missing, one at a time as the server demands. */
async function join(client: MongoClient, wanted: readonly string[], log: Logger): Promise<number> {
  const config = await configuration(client);
  const superfluous = config.members.filter(({ host }) => !wanted.includes(host)).map(({ host }) => host);
  if (superfluous.length > 0) {
    throw new Refusal(
      `rs0 has ${superfluous.join(', ')}, which mongodb.replicas no longer asks for: set it back, remove the members with rs.remove() while they run, then lower mongodb.replicas.`,
    );
  }
  const missing = wanted.filter((host) => !config.members.some((member) => member.host === host));
  for (const host of missing) {
    const accepted = await until(120_000, () => add(client, host));
    if (accepted === undefined) throw new Error(`${host} could not be added in two minutes`);
    log.info({ member: host }, 'member added');
    const joined = await until(
      JOIN_MS,
      async () => (await stateOf(client, host)) === 'SECONDARY' || undefined,
    );
    if (joined === undefined) throw new Error(`${host} did not catch up in ${JOIN_MS / 60_000} minutes`);
  }
  return missing.length;
}

/** True when the set has taken the member in; undefined while it cannot yet. */
async function add(client: MongoClient, host: string): Promise<true | undefined> {
  const current = await configuration(client);
  if (current.members.some((member) => member.host === host)) return true;
  const id = Math.max(...current.members.map(({ _id }) => _id)) + 1;
  const members = [...current.members, { _id: id, host }];
  try {
    await admin(client, { replSetReconfig: { ...current, version: current.version + 1, members } });
    return true;
  } catch (error) {
    if (PASSING.has((error as { codeName?: string }).codeName ?? '')) return undefined;
    throw error;
  }
}

const configuration = async (client: MongoClient): Promise<SetConfig> =>
  (await admin(client, { replSetGetConfig: 1 }))['config'] as SetConfig;

async function stateOf(client: MongoClient, host: string): Promise<string | undefined> {
  const { members: states } = (await admin(client, { replSetGetStatus: 1 })) as unknown as {
    members: { name: string; stateStr: string }[];
  };
  return states.find(({ name }) => name === host)?.stateStr;
}

async function until<T>(ms: number, read: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await read();
    if (value !== undefined || Date.now() > deadline) return value;
    await delay(500);
  }
}
