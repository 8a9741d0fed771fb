import { useEffect, useSyncExternalStore } from 'react';
import type { Order } from '@bramble/contracts/orders';
import { call } from './api';
import { gatewayApi } from './operations.gen';

type Message =
  | { type: 'stock.changed'; id: string; productId: string; available: number }
  | { type: 'order.status'; id: string; order: Order }
  | { type: 'resync'; id?: string };

const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;

let socket: WebSocket | undefined;
let open = false;
let users = 0;
let tries = 0;
let lastId: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let offered: Promise<boolean> | undefined;
const changes = new Set<() => void>();
const products = new Map<string, Set<(available: number) => void>>();
const orders = new Set<(order: Order | undefined) => void>();

const setOpen = (next: boolean): void => {
  open = next;
  changes.forEach((change) => change());
};

const send = (message: object): void => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};

const dispatch = (message: Message): void => {
  if (message.id) lastId = message.id;
  if (message.type === 'stock.changed')
    products.get(message.productId)?.forEach((listener) => listener(message.available));
  if (message.type === 'order.status') orders.forEach((listener) => listener(message.order));
  if (message.type === 'resync') orders.forEach((listener) => listener(undefined));
};

/** Installations without the notification service have no socket. Checking first avoids errors in the console. */
const isOffered = (): Promise<boolean> => {
  offered ??= call(gatewayApi.health)
    .then(({ services }) => services['notifications'] === 'up')
    .catch(() => false);
  return offered;
};

const connect = async (): Promise<void> => {
  if (socket || users === 0 || !(await isOffered()) || socket || users === 0) return;
  const url = new URL('/ws', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const next = new WebSocket(url);
  socket = next;
  next.onopen = () => {
    tries = 0;
    if (products.size > 0) send({ subscribe: [...products.keys()].map((id) => `product:${id}`) });
    if (lastId) send({ resume: lastId });
    setOpen(true);
  };
  next.onmessage = (event) => {
    try {
      dispatch(JSON.parse(String(event.data)) as Message);
    } catch {
      // A message that is not JSON is ignored.
    }
  };
  next.onclose = () => {
    socket = undefined;
    setOpen(false);
    const wait = Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** tries++);
    timer = setTimeout(() => void connect(), wait * (0.5 + Math.random() / 2));
  };
};

const use = (): (() => void) => {
  users++;
  void connect();
  return () => {
    users--;
    // The next page may subscribe at once, so the socket closes only after a moment without subscribers.
    setTimeout(() => {
      if (users > 0) return;
      clearTimeout(timer);
      socket?.close();
    }, 5_000);
  };
};

/** Calls back with the stock of a product whenever it changes. Returns a function that unsubscribes. */
export const watchProduct = (id: string, listener: (available: number) => void): (() => void) => {
  const release = use();
  const listeners = products.get(id) ?? new Set();
  products.set(id, listeners.add(listener));
  send({ subscribe: [`product:${id}`] });
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) products.delete(id);
    release();
  };
};

/** Calls back with each of my orders that changed; with undefined when messages were missed and orders must be reloaded. */
export const watchOrders = (listener: (order: Order | undefined) => void): (() => void) => {
  const release = use();
  orders.add(listener);
  return () => {
    orders.delete(listener);
    release();
  };
};

/** True while the socket is open. */
export const useSocketOpen = (): boolean => {
  useEffect(() => use(), []);
  return useSyncExternalStore(
    (change) => {
      changes.add(change);
      return () => changes.delete(change);
    },
    () => open,
  );
};
