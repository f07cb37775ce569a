// A store that ends with the process: for `--dev` and for tests, where two keepers can share one object as two replicas
// share a Secret.

import type { CertificateStore, Entries, Stored } from "./store.ts";

export class MemoryStore implements CertificateStore {
  readonly place = "memory";
  #stored: Stored | undefined;
  #generation = 0;

  load(): Promise<Stored | undefined> {
    return Promise.resolve(this.#stored);
  }

  save(entries: Entries, expected: string | undefined): Promise<"saved" | "conflict"> {
    if (this.#stored?.version !== expected) return Promise.resolve("conflict");
    this.#generation += 1;
    this.#stored = { version: String(this.#generation), entries };
    return Promise.resolve("saved");
  }
}
