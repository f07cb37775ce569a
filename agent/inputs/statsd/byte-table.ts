// A hash table from byte strings to a number: open addressing over one arena of bytes, all in typed arrays, so that
// 100,000 entries are a handful of objects for the garbage collector. A key is two byte strings and a tag (an int32).
// Entries are never removed one by one: `retain` and `clear` rebuild.

const ROW = 5; // hash, offset in words, length a, length b, tag; the value has its own array
const SEED = Math.trunc(Math.random() * 2 ** 31);
/** Odd, and not the same in every process: collisions cannot be prepared. */
const FACTOR = (0x9e3779b1 ^ (Math.trunc(Math.random() * 2 ** 15) << 1)) | 0;
const SMALLEST = 64;

export const HASH_SEED = SEED;

/** One step of the hash: four bytes, little endian, the last step of a string padded with zeros. */
export function hashStep(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, FACTOR);
  return mixed ^ (mixed >>> 15);
}

/** The last step: what the key is beyond its bytes. */
export function hashEnd(hash: number, lengthA: number, lengthB: number, tag: number): number {
  return hashStep(hashStep(hash, (lengthA << 16) ^ lengthB), tag);
}

/** The hash of bytes[start, end). `view` must have 3 readable bytes behind `end`. */
export function hashBytes(hash: number, view: DataView, start: number, end: number): number {
  let at = start;
  for (; at + 4 <= end; at += 4) hash = hashStep(hash, view.getInt32(at, true));
  return at < end ? hashStep(hash, lastWord(view, at, end - at)) : hash;
}

/** The 1 to 3 bytes at `at`, as one word. */
function lastWord(view: DataView, at: number, length: number): number {
  return view.getInt32(at, true) & (0xffffffff >>> (32 - 8 * length));
}

export interface ByteKey {
  /** Where the bytes are; 3 readable bytes are needed behind them. */
  readonly view: DataView;
  readonly startA: number;
  readonly endA: number;
  readonly startB: number;
  readonly endB: number;
  readonly tag: number;
}

export class ByteTable {
  #count = 0;
  #slots = new Int32Array(SMALLEST * 2); // hash, row + 1
  #rows = new Int32Array((SMALLEST / 2) * ROW);
  #values = new Int32Array(SMALLEST / 2);
  #arena = new Int32Array(SMALLEST * 4);
  #arenaUsed = 0;

  get size(): number {
    return this.#count;
  }

  /** The value, or -1. The arguments are flat because this is the hottest call of the agent. */
  find(hash: number, tag: number, view: DataView, startA: number, endA: number, startB: number, endB: number): number {
    const slots = this.#slots;
    const rows = this.#rows;
    const mask = (slots.length >> 1) - 1;
    const lengthA = endA - startA;
    const lengthB = endB - startB;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const row = (slots[at * 2 + 1] as number) - 1;
      if (row < 0) return -1;
      if (slots[at * 2] !== hash) continue;
      const base = row * ROW;
      if (rows[base + 2] !== lengthA || rows[base + 3] !== lengthB || rows[base + 4] !== tag) continue;
      const offset = rows[base + 1] as number;
      if (!this.#equal(offset, view, startA, endA)) continue;
      if (lengthB > 0 && !this.#equal(offset + ((lengthA + 3) >> 2), view, startB, endB)) continue;
      return this.#values[row] as number;
    }
  }

  #equal(offset: number, view: DataView, start: number, end: number): boolean {
    const arena = this.#arena;
    let word = offset;
    let at = start;
    for (; at + 4 <= end; at += 4) if (arena[word++] !== view.getInt32(at, true)) return false;
    return at >= end || arena[word] === lastWord(view, at, end - at);
  }

  /** The key must not be there yet. Copies the bytes. */
  insert(hash: number, key: ByteKey, value: number): void {
    if ((this.#count + 1) * 4 > this.#slots.length) this.#grow();
    const row = this.#count++;
    const offset = this.#arenaUsed;
    this.#store(key.view, key.startA, key.endA);
    this.#store(key.view, key.startB, key.endB);
    this.#rows.set([hash, offset, key.endA - key.startA, key.endB - key.startB, key.tag], row * ROW);
    this.#values[row] = value;
    this.#place(hash, row);
  }

  /** Calls back for each entry; the answer is its new value, or -1 to forget it. */
  retain(keep: (tag: number, value: number) => number): void {
    const old = { count: this.#count, rows: this.#rows, values: this.#values, arena: this.#arena };
    this.clear();
    const view = new DataView(old.arena.buffer);
    for (let row = 0; row < old.count; row++) {
      const [hash = 0, offset = 0, lengthA = 0, lengthB = 0, tag = 0] = old.rows.subarray(row * ROW, row * ROW + ROW);
      const value = keep(tag, old.values[row] as number);
      if (value < 0) continue;
      const startA = offset * 4;
      const startB = startA + ((lengthA + 3) >> 2) * 4;
      this.insert(hash, { view, startA, endA: startA + lengthA, startB, endB: startB + lengthB, tag }, value);
    }
  }

  /** Forgets all and gives the memory back. */
  clear(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#arenaUsed = 0;
    this.#slots = new Int32Array(SMALLEST * 2);
    this.#rows = new Int32Array((SMALLEST / 2) * ROW);
    this.#values = new Int32Array(SMALLEST / 2);
    this.#arena = new Int32Array(SMALLEST * 4);
  }

  #store(view: DataView, start: number, end: number): void {
    const words = (end - start + 3) >> 2;
    // One word more than used: readers may look 3 bytes behind the end.
    if (this.#arenaUsed + words + 1 > this.#arena.length) {
      const larger = new Int32Array(
        Math.max(this.#arena.length + (this.#arena.length >> 2), this.#arenaUsed + words + 1),
      );
      larger.set(this.#arena);
      this.#arena = larger;
    }
    let at = start;
    for (; at + 4 <= end; at += 4) this.#arena[this.#arenaUsed++] = view.getInt32(at, true);
    if (at < end) this.#arena[this.#arenaUsed++] = lastWord(view, at, end - at);
  }

  #place(hash: number, row: number): void {
    const mask = (this.#slots.length >> 1) - 1;
    let at = hash & mask;
    while (this.#slots[at * 2 + 1] !== 0) at = (at + 1) & mask;
    this.#slots[at * 2] = hash;
    this.#slots[at * 2 + 1] = row + 1;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const capacity = this.#slots.length >> 2;
    const rows = new Int32Array(capacity * ROW);
    rows.set(this.#rows);
    this.#rows = rows;
    const values = new Int32Array(capacity);
    values.set(this.#values);
    this.#values = values;
    for (let row = 0; row < this.#count; row++) this.#place(rows[row * ROW] as number, row);
  }
}
