/** A cache by key that is bounded by bytes; what was not asked for longest goes first. */
export class ByteCache<V extends { readonly bytes: Buffer }> {
  private readonly entries = new Map<string, V>();
  private size = 0;

  constructor(private readonly maxBytes: number) {}

  get(key: string): V | undefined {
    return this.entries.get(key);
  }

  /** Keeps `key` among the last to go. Not part of `get`, which runs for every request. */
  touch(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
  }

  set(key: string, value: V): void {
    this.delete(key);
    if (value.bytes.length > this.maxBytes / 8) return;
    this.entries.set(key, value);
    this.size += cost(key, value);
    for (const [oldest] of this.entries) {
      if (this.size <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.entries.get(key);
    if (!value) return;
    this.entries.delete(key);
    this.size -= cost(key, value);
  }

  clear(): void {
    this.entries.clear();
    this.size = 0;
  }

  get bytes(): number {
    return this.size;
  }
}

/** An entry is more than its bytes: a key of two bytes a character, and about 200 bytes of objects. */
const cost = (key: string, value: { bytes: Buffer }) => value.bytes.length + 2 * key.length + 200;
