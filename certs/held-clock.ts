// A clock whose hands a test moves. Not for production: nothing fires until `advance` is called.

import type { Clock, Timer } from "./clock.ts";

interface Waiting {
  readonly atMs: number;
  readonly callback: () => void;
}

export class HeldClock implements Clock {
  #nowMs: number;
  readonly #waiting = new Set<Waiting>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const waiting = { atMs: this.#nowMs + Math.max(delayMs, 0), callback };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** When the next timer fires, in milliseconds from now; undefined when none waits. */
  nextInMs(): number | undefined {
    const first = this.#first();
    return first === undefined ? undefined : first.atMs - this.#nowMs;
  }

  /** Moves the hands on, firing on the way what falls due, each timer at its own time. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (let next = this.#first(); next !== undefined && next.atMs <= endMs; next = this.#first()) {
      this.#waiting.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = endMs;
  }

  #first(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (first === undefined || waiting.atMs < first.atMs) first = waiting;
    }
    return first;
  }
}
