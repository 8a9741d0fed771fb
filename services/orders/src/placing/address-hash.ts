import { createHmac } from 'node:crypto';
import { derivedKey } from '@bramble/service-kit/base/derived-key';

/** A keyed hash of a client's address: equal addresses can be counted, and no address is stored. */
export function addressHasher(secret: string): (address: string) => string {
  const key = derivedKey(secret, 'addresses of orders');
  return (address) => createHmac('sha256', key).update(address).digest('base64url').slice(0, 22);
}
