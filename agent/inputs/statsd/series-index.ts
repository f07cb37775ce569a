// Which number ("cell") a field of a series has: identity -> cell and back. An open-addressing table over what is stored
// once per cell anyway; no key string is built. Not the values: those are the columns of series-table.ts.

import { HASH_SEED, hashStep } from "./byte-table.ts";

/** All of an identity but its name; one object may serve many series. */
export interface SeriesShape {
  /** Index into KINDS; timings and histograms share one (GROUP_OF_KIND). */
  readonly group: number;
  /** Flat [key, value, …], sorted by key. */
  readonly tags: readonly string[];
  readonly field: string;
}

export interface SeriesIdentity {
  readonly name: string;
  readonly shape: SeriesShape;
}

const SMALLEST = 64;

export class SeriesIndex {
  #names: string[] = [];
  #shapes: SeriesShape[] = [];
  #hashes = new Int32Array(SMALLEST);
  /** First cell of the same series: together they become one metric. */
  #heads = new Int32Array(SMALLEST);
  #slots = new Int32Array(SMALLEST * 2);
  #severalFields = new Set<number>();

  get size(): number {
    return this.#names.length;
  }

  /** Cells that fit before the columns grow; always a power of two. */
  get capacity(): number {
    return this.#hashes.length;
  }

  name(cell: number): string {
    return this.#names[cell] as string;
  }

  shape(cell: number): SeriesShape {
    return this.#shapes[cell] as SeriesShape;
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
      const known = this.shape(cell);
      if (this.#hashes[cell] !== hash || this.name(cell) !== identity.name) continue;
      if (!sameTags(known, identity.shape)) continue;
      if (known.field === identity.shape.field) return cell;
      head = this.head(cell);
    }
    return this.#append(identity, hash, head);
  }

  /** Moves the cells that `keep` wants together; answers with the new number of each, or -1. */
  compact(keep: (cell: number) => boolean): Int32Array {
    const old = { names: this.#names, shapes: this.#shapes, hashes: this.#hashes, heads: this.#heads };
    const moved = new Int32Array(old.names.length).fill(-1);
    const heads = new Map<number, number>();
    this.#names = [];
    this.#shapes = [];
    this.#severalFields = new Set();
    this.#resize(SMALLEST);
    for (const [cell, name] of old.names.entries()) {
      if (!keep(cell)) continue;
      const identity = { name, shape: old.shapes[cell] as SeriesShape };
      const oldHead = old.heads[cell] as number;
      const next = this.#append(identity, old.hashes[cell] as number, heads.get(oldHead) ?? -1);
      moved[cell] = next;
      heads.set(oldHead, this.head(next));
    }
    return moved;
  }

  #append(identity: SeriesIdentity, hash: number, head: number): number {
    const cell = this.#names.length;
    if (cell === this.#hashes.length) this.#resize(cell * 2);
    this.#names.push(identity.name);
    this.#shapes.push(identity.shape);
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
    for (let cell = 0; cell < this.#names.length; cell++) this.#place(cell);
  }
}

/** `to`, filled with as much of `from` as fits. */
export function resized<T extends Float64Array | Int32Array | Uint8Array>(to: T, from: T): T {
  to.set(from.length <= to.length ? from : from.subarray(0, to.length));
  return to;
}

/** The field is left out: all fields of a series have to meet. */
function hashIdentity(identity: SeriesIdentity): number {
  let hash = hashText(hashStep(HASH_SEED, identity.shape.group), identity.name);
  for (const tag of identity.shape.tags) hash = hashText(hash, tag);
  return hash;
}

function hashText(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
  return hashStep(hash, -text.length);
}

function sameTags(a: SeriesShape, b: SeriesShape): boolean {
  if (a.group !== b.group || a.tags.length !== b.tags.length) return false;
  return a.tags === b.tags || a.tags.every((text, at) => text === b.tags[at]);
}
