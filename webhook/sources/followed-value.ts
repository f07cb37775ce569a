// A value made from texts that are pushed here: the last good one is kept when the newest cannot be used, or when the
// object is deleted. One is read at a time; of those that arrive meanwhile only the newest.

import type { Texts } from "./texts-source.ts";

export interface FollowedValueOptions<T> {
  /** For messages: "the classes in Secret x/y". */
  readonly name: string;
  /** What is said when there is no object: the remedy. */
  readonly absent: string;
  /** `previous` is the value in use. Rejects when the new one cannot be used. */
  readonly read: (texts: ReadonlyMap<string, string>, previous: T | undefined) => T | Promise<T>;
  readonly onChange?: (value: T) => void;
  readonly onProblem: (message: string) => void;
}

export class FollowedValue<T> {
  readonly #options: FollowedValueOptions<T>;
  #value: T | undefined;
  #version = "";
  #seen = false;
  #next: { readonly texts: Texts | undefined } | undefined;
  #reading = false;

  constructor(options: FollowedValueOptions<T>) {
    this.#options = options;
  }

  /** The last good one; undefined when there was none yet. */
  get value(): T | undefined {
    return this.#value;
  }

  /** What `value` was read from. */
  get version(): string {
    return this.#version;
  }

  /** Whether there is an object, and what it holds, was looked at once. */
  get seen(): boolean {
    return this.#seen;
  }

  take(texts: Texts | undefined): void {
    this.#next = { texts };
    if (!this.#reading) void this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#reading = true;
    while (this.#next !== undefined) {
      const { texts } = this.#next;
      this.#next = undefined;
      await this.#read(texts);
      this.#seen = true;
    }
    this.#reading = false;
  }

  async #read(texts: Texts | undefined): Promise<void> {
    const { name, absent, read, onChange } = this.#options;
    try {
      if (texts === undefined) throw new Error(absent);
      if (texts.version === this.#version) return;
      this.#value = await read(texts.texts, this.#value);
      this.#version = texts.version;
      onChange?.(this.#value);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const meanwhile = this.#value === undefined ? "there are none yet" : "the last good ones stay in use";
      this.#options.onProblem(`${name} cannot be used: ${why}; ${meanwhile}`);
    }
  }
}
