// What the plugin sees of its sockets, whichever kind they are.

export interface Listener {
  /** What only the sockets know; cheap enough for every reading of the self-statistics. */
  counters(): Readonly<Record<string, number>>;
  /** Rejects with a message that names the address and the option to change. */
  open(): Promise<void>;
  /** Resolves when all is closed and what had arrived is parsed. */
  close(): Promise<void>;
  /** What was bound; a unix socket has its path as address and port 0. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[];
}
