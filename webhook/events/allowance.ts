// So many at once, then so many a while, for each key: a namespace that goes wrong in a thousand ways does not fill etcd
// and does not take the others' share.

import type { Clock } from "../../certs/clock.ts";

export interface AllowanceOptions {
  readonly burst: number;
  /** One more after each such time. */
  readonly everyMs: number;
}

const MOST_KEYS = 1_000;

export class Allowance {
  readonly #clock: Clock;
  readonly #options: AllowanceOptions;
  /** When the bucket of a key will be full again. */
  readonly #fullMs = new Map<string, number>();

  constructor(clock: Clock, options: AllowanceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Takes one, if there is one. */
  take(key: string): boolean {
    const nowMs = this.#clock.nowMs();
    const { burst, everyMs } = this.#options;
    const fullMs = Math.max(this.#fullMs.get(key) ?? nowMs, nowMs);
    if (fullMs - nowMs > (burst - 1) * everyMs) return false;
    this.#fullMs.delete(key);
    this.#fullMs.set(key, fullMs + everyMs);
    const oldest = this.#fullMs.keys().next();
    if (this.#fullMs.size > MOST_KEYS && oldest.done !== true) this.#fullMs.delete(oldest.value);
    return true;
  }
}
