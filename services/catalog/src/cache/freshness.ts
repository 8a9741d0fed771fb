import { every, pause } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { ChangeKind, Counters, FreshnessRepository } from './freshness.repository';

/** A row of the outbox: an event of this type about the product `key`. */
export interface OutboxChange {
  id: string;
  type: string;
  key: string;
}
const kinds: Readonly<Record<string, ChangeKind>> = {
  'product.changed': 'edits',
  'product.deleted': 'edits',
  'stock.changed': 'stock',
};

/** Changes of popularity within this time are announced together. */
const COALESCE_MS = 25;
const POLL_MS = 500;
const GRACE_MS = 50;

const total = ({ edits, stock }: Counters) => edits + stock;

/**
 * The changes that this process knows of. Announcements carry counters without gaps, and the counters are read twice a
 * second. So a lost announcement is noticed, and a cached answer is outdated for at most that time.
 */
export interface Freshness {
  /** Rises with each edit (or stock change) that this process knows of, its own included, also while Redis is away. */
  readonly edits: number;
  readonly stock: number;
  /** The counters in Redis; undefined while they are not known. */
  readonly shared: Counters | undefined;
  onDropped(drop: (ids: readonly string[] | 'all') => void): void;
  /** Announces edits: resolves after the announcement, or when Redis is away. */
  edited(ids: readonly string[]): Promise<void>;
  /** This process committed stock changes; the outbox announces them. */
  moved(ids: readonly string[]): void;
  /** Announces changes of popularity, for which there are no events, within COALESCE_MS. */
  ranked(ids: readonly string[]): void;
  /** Announces changes before their events are published; keeps them when Redis is away. */
  publishing(changes: readonly OutboxChange[]): Promise<void>;
}

/**
 * Changes of stock are announced from the outbox, since a process that is killed right after a commit, or gets no reply
 * to it, announces nothing. The process that publishes the outbox announces each row before. Every process looks
 * for rows that wait, since the publisher may be the one that was killed.
 */
export function createFreshness(
  service: Service,
  repository: FreshnessRepository,
  readUnsent: () => Promise<OutboxChange[]>,
): Freshness {
  const state = { edits: 0, stock: 0, shared: undefined as Counters | undefined };
  const listeners: ((ids: readonly string[] | 'all') => void)[] = [];
  const waiting: Record<ChangeKind, Set<string>> = { edits: new Set(), stock: new Set() };
  let timer: NodeJS.Timeout | undefined;

  const drop = (ids: readonly string[] | 'all') => {
    for (const listener of listeners) listener(ids);
  };
  const dropAll = () => {
    state.edits += 1;
    state.stock += 1;
    drop('all');
  };
  const lost = () => {
    state.shared = undefined;
    dropAll();
  };

  async function announce(kind: ChangeKind): Promise<void> {
    const ids = [...waiting[kind]];
    if (ids.length === 0) return;
    waiting[kind].clear();
    try {
      await repository.announce(kind, ids);
    } catch {
      for (const id of ids) waiting[kind].add(id);
    }
  }
  const announceAll = async () => {
    await announce('edits');
    await announce('stock');
  };

  every(service, {
    name: 'catalog freshness',
    ms: POLL_MS,
    run: async () => {
      try {
        await repository.subscribe();
        await announceAll();
        const before = state.shared;
        const now = await repository.counters();
        const complete = () => state.shared !== undefined && total(state.shared) >= total(now);
        if (before && total(now) >= total(before)) {
          // Announcements use a connection of their own and may arrive a moment later.
          if (!complete()) await pause(GRACE_MS);
          if (complete()) return;
        }
        state.shared = now;
        dropAll();
      } catch {
        if (state.shared) lost();
      }
    },
  });

  async function publishing(changes: readonly OutboxChange[]): Promise<void> {
    for (const { type, key } of changes) {
      const kind = kinds[type];
      if (kind) waiting[kind].add(key);
    }
    await announceAll();
  }
  let announced = new Set<string>();
  every(service, {
    name: 'changes that wait in the outbox',
    ms: POLL_MS,
    run: async () => {
      const unsent = await readUnsent();
      const before = announced;
      announced = new Set(unsent.map(({ id }) => id));
      await publishing(unsent.filter(({ id }) => !before.has(id)));
    },
  });

  repository.listen((change) => {
    const known = state.shared;
    const ahead = known ? total(change) - total(known) : 0;
    if (ahead <= 0) return;
    state.shared = { edits: change.edits, stock: change.stock };
    if (ahead > 1) {
      dropAll();
      return;
    }
    state[change.kind] += 1;
    drop(change.ids);
  }, lost);
  service.onStop('catalog freshness', async () => {
    clearTimeout(timer);
    await announceAll();
    repository.close();
  });

  async function edited(ids: readonly string[]): Promise<void> {
    state.edits += 1;
    drop(ids);
    for (const id of ids) waiting.edits.add(id);
    await announce('edits');
  }

  function moved(ids: readonly string[]): void {
    state.stock += 1;
    drop(ids);
  }

  function ranked(ids: readonly string[]): void {
    state.stock += 1;
    drop(ids);
    for (const id of ids) waiting.stock.add(id);
    timer ??= setTimeout(() => {
      timer = undefined;
      void announce('stock');
    }, COALESCE_MS);
  }

  return {
    get edits() {
      return state.edits;
    },
    get stock() {
      return state.stock;
    },
    get shared() {
      return state.shared;
    },
    onDropped: (listener) => void listeners.push(listener),
    edited,
    publishing,
    moved,
    ranked,
  };
}
