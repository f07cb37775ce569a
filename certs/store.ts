// Where certificates outlive a process and are shared by several: an interface, so that this folder knows no cluster.
// A store keeps named texts as one unit and knows nothing of what they mean; `material.ts` does.

export type Entries = Readonly<Record<string, string>>;

/** What a store holds. `damage` says why it cannot be read; saving over it with its version repairs it. */
export type Stored =
  | { readonly version: string; readonly entries: Entries }
  | { readonly version: string; readonly damage: string };

export interface CertificateStore {
  /** Where it is, for messages: `file /x/y`, `Secret a/b`. */
  readonly place: string;
  /** Undefined when nothing was ever stored. Rejects when the store cannot be reached. */
  load(): Promise<Stored | undefined>;
  /**
   * Replaces all entries at once if the store still holds `expected` (undefined: holds nothing).
   * `conflict` means that somebody else was faster: load again and use theirs.
   */
  save(entries: Entries, expected: string | undefined): Promise<"saved" | "conflict">;
}
