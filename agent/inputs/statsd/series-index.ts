// Which number ("cell") a field of a series has: identity -> cell and back. An open-addressing table over what is stored
// once per cell anyway; no key string is built. Not the values: those are the columns of series-table.ts.

import { HASH_SEED, hashStep } from "./byte-table.ts";

export interface SeriesIdentity {
  /** Index into KINDS; timings and histograms share one (GROUP_OF_KIND). */
  readonly group: number;
  readonly name: string;
  /** Flat [key, value, …], sorted by key. */
  readonly tags: readonly string[];
  readonly field: string;
}

const SMALLEST = 64;

export class SeriesIndex {
  #identities: SeriesIdentity[] = [];
  #hashes = new Int32Array(SMALLEST);
  /** First cell of the same series: together they become one metric. */
  #heads = new Int32Array(SMALLEST);
  #slots = new Int32Array(SMALLEST * 2);
  #severalFields = new Set<number>();

  get size(): number {
    return this.#identities.length;
  }

  /** Cells that fit before the columns grow; always a power of two. */
  get capacity(): number {
    return this.#hashes.length;
  }

  identity(cell: number): SeriesIdentity {
    return this.#identities[cell] as SeriesIdentity;
  }

  head(cell: number): number {
    return this.#heads[cell] as number;
  }

  /** True when the series of `cell` has other fields beside it. */
  hasSeveralFields(cell: number): boolean {
    return this.#severalFields.has(this.head(cell));
  }

  /** The cell of `identity`; a new one, at the end, when there is none yet. */
  cell(identity: SeriesIdentity): number {
    const hash = hashIdentity(identity);
    const mask = this.#slots.length - 1;
    let head = -1;
    for (let at = hash & mask; this.#slots[at] !== 0; at = (at + 1) & mask) {
      const cell = (this.#slots[at] as number) - 1;
      const known = this.identity(cell);
      if (this.#hashes[cell] !== hash || !sameSeries(known, identity)) continue;
      if (known.field === identity.field) return cell;
      head = this.head(cell);
    }
    return this.#append(identity, hash, head);
  }

  /** Moves the cells that `keep` wants together; answers with the new number of each, or -1. */
  compact(keep: (cell: number) => boolean): Int32Array {
    const old = { identities: this.#identities, hashes: this.#hashes, heads: this.#heads };
    const moved = new Int32Array(old.identities.length).fill(-1);
    const heads = new Map<number, number>();
    this.#identities = [];
    this.#severalFields = new Set();
    this.#resize(SMALLEST);
    for (const [cell, identity] of old.identities.entries()) {
      if (!keep(cell)) continue;
      const oldHead = old.heads[cell] as number;
      const next = this.#append(identity, old.hashes[cell] as number, heads.get(oldHead) ?? -1);
      moved[cell] = next;
      heads.set(oldHead, this.head(next));
    }
    return moved;
  }

  #append(identity: SeriesIdentity, hash: number, head: number): number {
    const cell = this.#identities.length;
    if (cell === this.#hashes.length) this.#resize(cell * 2);
    this.#identities.push(identity);
    this.#hashes[cell] = hash;
    this.#heads[cell] = head < 0 ? cell : head;
    if (head >= 0) this.#severalFields.add(head);
    this.#place(cell);
    return cell;
  }

  #place(cell: number): void {
    const mask = this.#slots.length - 1;
    let at = (this.#hashes[cell] as number) & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = cell + 1;
  }

  #resize(capacity: number): void {
    this.#hashes = resized(new Int32Array(capacity), this.#hashes);
    this.#heads = resized(new Int32Array(capacity), this.#heads);
    this.#slots = new Int32Array(capacity * 2);
    for (let cell = 0; cell < this.#identities.length; cell++) this.#place(cell);
  }
}

/** `to`, filled with as much of `from` as fits. */
export function resized<T extends Float64Array | Int32Array | Uint8Array>(to: T, from: T): T {
  to.set(from.length <= to.length ? from : from.subarray(0, to.length));
  return to;
}

/** The field is left out: all fields of a series have to meet. */
function hashIdentity(identity: SeriesIdentity): number {
  let hash = hashText(hashStep(HASH_SEED, identity.group), identity.name);
  for (const tag of identity.tags) hash = hashText(hash, tag);
  return hash;
}

function hashText(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
  return hashStep(hash, -text.length);
}

function sameSeries(a: SeriesIdentity, b: SeriesIdentity): boolean {
  if (a.group !== b.group || a.name !== b.name || a.tags.length !== b.tags.length) return false;
  return a.tags === b.tags || a.tags.every((text, at) => text === b.tags[at]);
}
