// Lets a socket hand over what the kernel already holds for it, before it is closed.

import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";

const LONGEST_DRAIN_MS = 500;
/** One turn of the event loop polls every socket once: one to accept, one to read, one that may have been half over. */
const QUIET_TURNS = 3;

/** Resolves when `received` has stopped growing, or after half a second of a sender that does not stop. */
export async function drain(received: () => number, clock: Clock): Promise<void> {
  const giveUpMs = clock.monotonicMs() + LONGEST_DRAIN_MS;
  let quietTurns = 0;
  while (quietTurns < QUIET_TURNS && clock.monotonicMs() < giveUpMs) {
    const before = received();
    await setImmediate();
    quietTurns = received() === before ? quietTurns + 1 : 0;
  }
}
