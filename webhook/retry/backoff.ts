// How long to wait before the next attempt: doubled each time, with a random part so that replicas do not knock together.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

export class Backoff {
  #failures = 0;

  /** After a success: the next failure starts small again. */
  reset(): void {
    this.#failures = 0;
  }

  nextMs(): number {
    const fullMs = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    return fullMs / 2 + (Math.random() * fullMs) / 2;
  }
}
