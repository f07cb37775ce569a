// Signals of `pilotfish webhook`. main.ts imports this first, for its effect: a signal that comes while the rest is still
// loaded ends the process with 0 and not by the signal. Other commands keep what Node does, so that Ctrl-C ends them.

import { EXIT } from "./exit-codes.ts";

export interface SignalHandlers {
  /** SIGTERM and SIGINT. */
  readonly end: () => void;
  /** SIGHUP: a terminal that closes, or a habit from programs that then read their files anew. */
  readonly hangUp: () => void;
}

// Until there is something to end in order, and a log.
let current: SignalHandlers = { end: () => process.exit(EXIT.done), hangUp: () => undefined };

if (process.argv[2] === "webhook") {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => current.end());
  process.on("SIGHUP", () => current.hangUp());
}

/** From now on these are called; some may be replaced later. */
export function handleSignals(handlers: Partial<SignalHandlers>): void {
  current = { ...current, ...handlers };
}
