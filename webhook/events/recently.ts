// Remembers for a while that something was said. Bounded: when full, what was said first is forgotten first.

import type { Clock } from "../../certs/clock.ts";

const MOST = 2_000;

export class Recently {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
  }

  has(key: string): boolean {
    return (this.#untilMs.get(key) ?? -Infinity) > this.#clock.nowMs();
  }

  add(key: string): void {
    // In order of insertion, which is the order of their ends.
    this.#untilMs.delete(key);
    this.#untilMs.set(key, this.#clock.nowMs() + this.#windowMs);
    const oldest = this.#untilMs.keys().next();
    if (this.#untilMs.size > MOST && oldest.done !== true) this.#untilMs.delete(oldest.value);
  }
}
