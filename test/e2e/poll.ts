// Waiting for a cluster: asks until the answer is there, and says what was missing when time is up. The only place of the
// tests that lets time pass.

import { setTimeout as pause } from "node:timers/promises";

/** kubectl is a process: asking more often costs the cluster more than it tells. */
const PAUSE_MS = 400;

/** `probe` answers undefined for "not yet". Its errors are answers too: the last one is told when time is up. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  deadlineMs: number = 90_000,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    let trouble: unknown;
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > endMs) throw new Error(`${what}: not within ${deadlineMs / 1000} s`, { cause: trouble });
    await pause(PAUSE_MS);
  }
}

/** Asks until it is `wanted`; the last answer when time is up, for an assertion to show the difference. */
export async function settled<T>(
  probe: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  deadlineMs: number = 90_000,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    if (isWanted(answer) || performance.now() > endMs) return answer;
    await pause(PAUSE_MS);
  }
}
