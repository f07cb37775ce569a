// Time as the certificates see it: the only door of this folder to the system clock and to timers.
// Not the agent's clock: `certs` imports nothing of ours, and needs milliseconds only.

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall-clock milliseconds since 1970. */
  nowMs(): number;
  /** Calls back once, after `delayMs`. May call earlier when the delay is longer than a timer can hold (24 days). */
  after(delayMs: number, callback: () => void): Timer;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(handle) };
  },
};
