// The members of all sets of the open interval, as exact bytes in one table.

import { ByteTable, HASH_SEED, hashBytes, hashEnd } from "./byte-table.ts";

export class SetMembers {
  readonly #table = new ByteTable();
  /** Cell -> the tag of its members. Tags are never used again, so a forgotten set needs no search for its members. */
  #tokens = new Map<number, number>();
  #nextToken = 0;
  #forgotten = false;

  /** True when the bytes were not in the set yet. */
  add(cell: number, view: DataView, start: number, end: number): boolean {
    const token = this.#token(cell);
    const hash = hashEnd(hashBytes(HASH_SEED, view, start, end), end - start, 0, token);
    if (this.#table.find(hash, token, view, start, end, 0, 0) >= 0) return false;
    this.#table.insert(hash, { view, startA: start, endA: end, startB: 0, endB: 0, tag: token }, 1);
    return true;
  }

  #token(cell: number): number {
    let token = this.#tokens.get(cell);
    if (token === undefined) {
      token = this.#nextToken++ | 0;
      this.#tokens.set(cell, token);
    }
    return token;
  }

  clear(): void {
    this.#table.clear();
    this.#tokens.clear();
  }

  forget(cell: number): void {
    if (this.#tokens.delete(cell)) this.#forgotten = true;
  }

  /** Gives back the memory of forgotten sets. */
  tidy(): void {
    if (!this.#forgotten) return;
    this.#forgotten = false;
    const living = new Set(this.#tokens.values());
    this.#table.retain((token, value) => (living.has(token) ? value : -1));
  }

  /** Cells got new numbers. */
  move(moved: Int32Array): void {
    const tokens = new Map<number, number>();
    for (const [cell, token] of this.#tokens) {
      const next = moved[cell] ?? -1;
      if (next >= 0) tokens.set(next, token);
    }
    this.#tokens = tokens;
  }
}
