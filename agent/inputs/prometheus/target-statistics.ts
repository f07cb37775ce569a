// What the agent's own statistics say of one target: internal_prometheus, as in Telegraf, plus pages passed over.

import type { SelfStatistics } from "../../core/self-statistics.ts";

const MEASUREMENT = "internal_prometheus";

export class TargetStatistics {
  #connectionStatus = 0;
  #successes = 0;
  #failures = 0;
  #tooLong = 0;
  readonly #unregister: readonly (() => void)[];

  /** `url` carries no credentials. */
  constructor(url: string, statistics: SelfStatistics) {
    const tags = { url };
    this.#unregister = [
      statistics.register({
        measurement: MEASUREMENT,
        tags,
        read: () => ({ connection_status: this.#connectionStatus, pages_too_long: this.#tooLong }),
      }),
      statistics.register({
        measurement: MEASUREMENT,
        tags: { ...tags, status: "success" },
        read: () => ({ gathers_total: this.#successes }),
      }),
      statistics.register({
        measurement: MEASUREMENT,
        tags: { ...tags, status: "failure" },
        read: () => ({ gathers_total: this.#failures }),
      }),
    ];
  }

  succeeded(): void {
    this.#connectionStatus = 1;
    this.#successes += 1;
  }

  failed(): void {
    this.#connectionStatus = 0;
    this.#failures += 1;
  }

  tooLong(): void {
    this.#tooLong += 1;
  }

  unregister(): void {
    for (const unregister of this.#unregister) unregister();
  }
}
