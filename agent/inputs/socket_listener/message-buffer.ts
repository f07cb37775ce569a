// A stream's bytes on their way to whole messages: keeps what is not yet complete, never more than the limit.

import type { Splitter } from "./splitter.ts";

export type BufferVerdict = "ok" | "oversized" | "malformed";

const NOTHING = Buffer.alloc(0);

export class MessageBuffer {
  readonly #split: Splitter;
  readonly #limitBytes: number;
  readonly #take: (message: Buffer) => void;
  /** The incomplete message is in front; grows by doubling, so that single bytes do not cost a copy of all. */
  #held = NOTHING;
  #heldBytes = 0;

  /** `take` gets each message in turn and must not keep it. */
  constructor(split: Splitter, limitBytes: number, take: (message: Buffer) => void) {
    this.#split = split;
    this.#limitBytes = limitBytes;
    this.#take = take;
  }

  /** Anything but "ok" means: give the stream up, nothing behind can be trusted. */
  add(chunk: Buffer): BufferVerdict {
    const bytes = this.#heldBytes === 0 ? chunk : this.#append(chunk);
    let from = 0;
    for (;;) {
      const found = this.#split(bytes, from);
      if (found === "malformed") return this.#giveUp("malformed");
      if (found === undefined) break;
      if (found.advance - from > this.#limitBytes) return this.#giveUp("oversized");
      this.#take(bytes.subarray(found.start, found.end));
      from = found.advance;
    }
    if (bytes.length - from >= this.#limitBytes) return this.#giveUp("oversized");
    this.#hold(bytes, from);
    return "ok";
  }

  /** The stream has ended: what is left is a message too. */
  end(): void {
    const bytes = this.#held.subarray(0, this.#heldBytes);
    this.#release();
    if (bytes.length > 0) this.#take(bytes);
  }

  #append(chunk: Buffer): Buffer {
    const length = this.#heldBytes + chunk.length;
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#held.length * 2));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldBytes);
    return this.#held.subarray(0, length);
  }

  #hold(bytes: Buffer, from: number): void {
    const length = bytes.length - from;
    if (length === 0) return this.#release();
    // In place already, unless messages were taken from the front or the bytes are the caller's own.
    if (bytes.buffer !== this.#held.buffer || bytes.byteOffset !== this.#held.byteOffset) {
      if (length > this.#held.length) this.#held = Buffer.allocUnsafe(length);
      bytes.copy(this.#held, 0, from);
    } else if (from > 0) {
      this.#held.copyWithin(0, from, bytes.length);
    }
    this.#heldBytes = length;
  }

  #giveUp(verdict: BufferVerdict): BufferVerdict {
    this.#release();
    return verdict;
  }

  /** An idle connection keeps no buffer. */
  #release(): void {
    this.#held = NOTHING;
    this.#heldBytes = 0;
  }
}
