/** Every part of Bramble that answers operations, and the port where it listens unless its environment says another. */
export const servicePorts = {
  gateway: 8000,
  users: 3001,
  catalog: 3002,
  orders: 8003,
  payments: 8004,
  delivery: 8001,
  notifications: 8002,
} as const;

/** A part of Bramble that answers operations. */
export type ServiceName = keyof typeof servicePorts;

export const serviceNames = Object.keys(servicePorts) as readonly ServiceName[];
