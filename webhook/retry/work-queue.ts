// Keys that somebody has to look at. A key that is added again while it waits is looked at once; while it is worked on,
// once more afterwards. A few at a time; a failure is tried again after a growing pause, others do not wait for it.

import type { Clock, Timer } from "../../certs/clock.ts";
import { Backoff } from "./backoff.ts";

export interface WorkQueueOptions {
  /** Brings one key to what it should be. A number: look again after so many milliseconds. Rejects: later once more. */
  readonly work: (key: string) => Promise<number | undefined>;
  readonly clock: Clock;
  readonly atOnce: number;
  readonly onFailure: (key: string, error: unknown) => void;
  /** Keys that wait, are worked on or pause after a failure. */
  readonly onLength?: (length: number) => void;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #pausing = new Map<string, Timer>();
  readonly #failed = new Map<string, Backoff>();
  #whenIdle: PromiseWithResolvers<void> | undefined;
  #stopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    const again = [...this.#running].filter((key) => this.#waiting.has(key)).length;
    return this.#waiting.size + this.#running.size + this.#pausing.size - again;
  }

  /** Also ends a pause of this key: something about it has changed. */
  add(key: string): void {
    if (this.#stopped) return;
    this.#pausing.get(key)?.cancel();
    this.#pausing.delete(key);
    this.#waiting.add(key);
    this.#next();
  }

  /** Resolves when nothing waits and nothing is worked on. What pauses is not waited for. */
  async idle(): Promise<void> {
    if (this.#isIdle) return;
    this.#whenIdle ??= Promise.withResolvers();
    await this.#whenIdle.promise;
  }

  get #isIdle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0;
  }

  /** Starts nothing more; what runs ends by itself. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    for (const timer of this.#pausing.values()) timer.cancel();
    this.#pausing.clear();
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.atOnce) break;
      // Worked on already: its turn comes when that has ended.
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key);
    }
    this.#options.onLength?.(this.length);
    if (!this.#isIdle) return;
    this.#whenIdle?.resolve();
    this.#whenIdle = undefined;
  }

  async #run(key: string): Promise<void> {
    let againMs: number | undefined;
    try {
      againMs = await this.#options.work(key);
      this.#failed.delete(key);
    } catch (error) {
      if (!this.#stopped) this.#options.onFailure(key, error);
      againMs = this.#backoffOf(key).nextMs();
    }
    this.#running.delete(key);
    if (this.#stopped) return;
    if (againMs !== undefined && !this.#waiting.has(key)) {
      this.#pausing.set(
        key,
        this.#options.clock.after(againMs, () => this.add(key)),
      );
    }
    this.#next();
  }

  #backoffOf(key: string): Backoff {
    let backoff = this.#failed.get(key);
    if (backoff === undefined) this.#failed.set(key, (backoff = new Backoff()));
    return backoff;
  }
}
