// What a transport is to the service, and what the service is to a transport. Neither knows the other's kind, so that a
// third transport (unix datagrams) is a file of its own.

export interface Transport {
  /** The port that was opened; of interest when the option said 0. */
  readonly port: number;
  /** Counters by name; cheap. */
  counters(): Readonly<Record<string, number>>;
  /** Takes what the system has already received, then closes. */
  close(): Promise<void>;
}

/** Takes received bytes; never throws. */
export interface ByteSink {
  /** Put what was received here, from 0; room for a datagram or a line of 64 KiB behind up to 64 KiB more. */
  readonly bytes: Buffer;
  /** bytes[0, length) are whole lines; the last need not end with LF. `source`: address of the sender, or empty. */
  take(length: number, source: string): void;
  /** True once somebody sent what is marked with its sender's address. */
  readonly wantsSource: boolean;
}
