// The buffer of one output: bounded, oldest out first. Grows with its content, so an idle agent pays nothing for a large limit.

export class RingBuffer<T> {
  readonly limit: number;
  #slots: (T | undefined)[] = [];
  #first = 0;
  #length = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds at the end. Returns true if the oldest item had to go for it. */
  push(item: T): boolean {
    if (this.#length === this.limit) {
      this.#slots[this.#first] = item;
      this.#first = (this.#first + 1) % this.#slots.length;
      return true;
    }
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#first + this.#length) % this.#slots.length] = item;
    this.#length += 1;
    return false;
  }

  /** Takes the oldest items out, at most `count`. */
  take(count: number): T[] {
    const taken: T[] = [];
    const wanted = Math.min(count, this.#length);
    for (let i = 0; i < wanted; i++) {
      taken.push(this.#slots[this.#first] as T);
      this.#slots[this.#first] = undefined;
      this.#first = (this.#first + 1) % this.#slots.length;
    }
    this.#length -= wanted;
    if (this.#length === 0) this.#reset();
    return taken;
  }

  /** Puts items that were taken back in front, in their order. What does not fit is dropped from their end; returns how
   *  many (telegraf: free slots are filled with the oldest metrics of the batch first). */
  putBack(items: readonly T[]): number {
    const kept = items.slice(0, this.limit - this.#length);
    const rest = this.take(this.#length);
    for (const item of kept) this.push(item);
    for (const item of rest) this.push(item);
    return items.length - kept.length;
  }

  #grow(): void {
    const ordered: (T | undefined)[] = [];
    for (let i = 0; i < this.#length; i++) ordered.push(this.#slots[(this.#first + i) % this.#slots.length]);
    ordered.length = Math.min(this.limit, Math.max(16, this.#length * 2));
    this.#slots = ordered;
    this.#first = 0;
  }

  #reset(): void {
    this.#slots = [];
    this.#first = 0;
  }
}
