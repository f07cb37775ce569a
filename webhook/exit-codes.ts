// Exit codes of `pilotfish webhook` and `pilotfish inject`, after sysexits.h, and how a failure carries one to main.ts,
// the only place that ends the process. docs/architecture.md has the table for people.

export const EXIT = {
  done: 0,
  /** The second signal: it did not wait for requests in flight. */
  hurried: 1,
  usage: 64,
  /** Manifests that cannot be used. */
  data: 65,
  /** A file or directory that cannot be read. */
  noInput: 66,
  unavailable: 69,
  internal: 70,
  cannotCreate: 73,
  io: 74,
  /** A file of ours that was read and cannot be used. */
  config: 78,
} as const;

/** Its message is all that the user is told. */
export class ExitError extends Error {
  override readonly name = "ExitError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
