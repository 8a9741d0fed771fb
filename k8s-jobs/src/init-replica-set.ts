import { setTimeout as delay } from 'node:timers/promises';
import type { Document, MongoClient } from 'mongodb';
import { z } from 'zod';
import { text } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { ExpectedFailure, job } from './shared/job';
import { withMongo } from './shared/mongo';

const SET = 'rs0';
/** A new member copies all data before it is ready. */
const JOIN_MS = 600_000;

/** Errors that pass: a host name that does not resolve yet, or a configuration change that is not confirmed yet. */
const TRANSIENT_ERRORS = new Set([
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

interface Connection {
  readonly seconds: number;
  readonly log: Logger;
  readonly password: string;
}

interface SetConfig extends Document {
  version: number;
  members: { _id: number; host: string }[];
}

/** Connects to one member directly, as root, whatever the state of the set. */
const onMember = <T>(
  host: string,
  { seconds, log, password }: Connection,
  use: (client: MongoClient) => Promise<T>,
) =>
  withMongo(
    `mongodb://root:${encodeURIComponent(password)}@${host}/admin?authSource=admin&directConnection=true`,
    { seconds, log },
    use,
  );

const admin = (client: MongoClient, command: Document): Promise<Document> =>
  client.db('admin').command(command);

/** The member that initiates rs0. Members never initiate themselves, so that there cannot be two sets. */
export const initReplicaSet = job({
  name: 'init-replica-set',
  env: { MONGODB_MEMBERS: members(), MONGODB_ROOT_PASSWORD: text() },
  async run({ MONGODB_MEMBERS: hosts, MONGODB_ROOT_PASSWORD: password, CONNECT_SECONDS: seconds }, log) {
    const connection = { seconds, log, password };
    const first = hosts[0] ?? '';
    const isMember = await Promise.all(
      hosts.map((host) =>
        onMember(host, connection, async (client) => (await admin(client, { hello: 1 }))['setName'] === SET),
      ),
    );
    const known = hosts.find((_, index) => isMember[index]);
    if (known === undefined) await onMember(first, connection, (client) => initiate(client, first));
    const primary = await findPrimary(known ?? first, connection);
    const added = await onMember(primary, connection, (client) => join(client, hosts, log));
    return { members: hosts.length, initiated: known === undefined, added };
  },
});

async function initiate(client: MongoClient, host: string): Promise<void> {
  try {
    // Initiate with one member: the others contain data (the root user), and a set can be initiated with empty ones
    // only.
    await admin(client, { replSetInitiate: { _id: SET, members: [{ _id: 0, host }] } });
  } catch (error) {
    if ((error as { codeName?: string }).codeName !== 'AlreadyInitialized') throw error;
  }
}

async function findPrimary(member: string, connection: Connection): Promise<string> {
  return onMember(member, connection, async (client) => {
    const primary = await poll(60_000, async () => {
      const { primary: host } = await admin(client, { hello: 1 });
      return typeof host === 'string' ? host : undefined;
    });
    if (primary === undefined) throw new Error('the replica set has no primary');
    return primary;
  });
}

/** Adds the missing members one at a time, as the server demands. */
async function join(client: MongoClient, hosts: readonly string[], log: Logger): Promise<number> {
  const config = await configuration(client);
  const superfluous = config.members.filter(({ host }) => !hosts.includes(host)).map(({ host }) => host);
  if (superfluous.length > 0) {
    throw new ExpectedFailure(
      `rs0 has ${superfluous.join(', ')}, which mongodb.replicas no longer asks for: set it back, remove the members with rs.remove() while they run, then lower mongodb.replicas.`,
    );
  }
  const missing = hosts.filter((host) => !config.members.some((member) => member.host === host));
  for (const host of missing) {
    const accepted = await poll(120_000, () => add(client, host));
    if (accepted === undefined) throw new Error(`${host} could not be added in two minutes`);
    log.info({ member: host }, 'member added');
    const joined = await poll(
      JOIN_MS,
      async () => (await stateOf(client, host)) === 'SECONDARY' || undefined,
    );
    if (joined === undefined) throw new Error(`${host} did not catch up in ${JOIN_MS / 60_000} minutes`);
  }
  return missing.length;
}

/** True when the set has accepted the member; undefined while it cannot accept it yet. */
async function add(client: MongoClient, host: string): Promise<true | undefined> {
  const current = await configuration(client);
  if (current.members.some((member) => member.host === host)) return true;
  const id = Math.max(...current.members.map(({ _id }) => _id)) + 1;
  const members = [...current.members, { _id: id, host }];
  try {
    await admin(client, { replSetReconfig: { ...current, version: current.version + 1, members } });
    return true;
  } catch (error) {
    if (TRANSIENT_ERRORS.has((error as { codeName?: string }).codeName ?? '')) return undefined;
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

async function poll<T>(ms: number, read: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await read();
    if (value !== undefined || Date.now() > deadline) return value;
    await delay(500);
  }
}
