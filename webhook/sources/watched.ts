// A value that follows a file or directory: read at start and after each change, the last good one kept. By looking
// every two seconds, not by inotify: that misses the swap of a mounted ConfigMap and does not exist on every file system.

import type { Clock, Timer } from "../../certs/clock.ts";

export interface WatchedOptions<T> {
  /** For messages: `classes in /x`. */
  readonly name: string;
  readonly stamp: () => Promise<string>;
  /** `previous` is the value in use. Rejects when the new one cannot be used. */
  readonly read: (previous: T | undefined) => Promise<T>;
  readonly clock: Clock;
  readonly onChange?: (value: T) => void;
  /** `cause` is what `stamp` or `read` rejected with. The same message is not repeated at each look. */
  readonly onProblem: (message: string, cause: unknown) => void;
  readonly everyMs?: number;
}

const EVERY_MS = 2_000;

export class Watched<T> {
  readonly #options: WatchedOptions<T>;
  #value: T | undefined;
  #stamp: string | undefined;
  #problem = "";
  #cause: unknown;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: WatchedOptions<T>) {
    this.#options = options;
  }

  /** The last good value; undefined when there was none yet. */
  get value(): T | undefined {
    return this.#value;
  }

  /** What is wrong with the newest state; empty: nothing. */
  get problem(): string {
    return this.#problem;
  }

  /** What `stamp` or `read` rejected with, behind `problem`. */
  get cause(): unknown {
    return this.#cause;
  }

  /** Resolves after the first look; a value that cannot be read is a problem told, not a rejection. */
  async start(): Promise<void> {
    await this.look();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Looks now. Never rejects. Calls that overlap share one look. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { stamp, read, onChange } = this.#options;
    try {
      const before = await stamp();
      if (before === this.#stamp) return;
      const value = await read(this.#value);
      // Changed while it was read: half old, half new. The next look reads it again.
      if ((await stamp()) !== before) return;
      this.#stamp = before;
      this.#value = value;
      this.#problem = "";
      onChange?.(value);
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    const { name, onProblem } = this.#options;
    const why = error instanceof Error ? error.message : String(error);
    const meanwhile = this.#value === undefined ? "there are none yet" : "the last good ones stay in use";
    const problem = `${name} cannot be used: ${why}; ${meanwhile}`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#cause = error;
    onProblem(problem, error);
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { clock, everyMs = EVERY_MS } = this.#options;
    this.#timer = clock.after(everyMs, () => void this.look().finally(() => this.#schedule()));
  }
}
