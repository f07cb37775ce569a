// Time as the agent sees it. The only door to the system clock and to timers, so that tests can hold the hands.

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall-clock nanoseconds since 1970. */
  nowNs(): bigint;
  /** Milliseconds of a clock that never jumps; only differences mean something. */
  monotonicMs(): number;
  /** Calls back once, after `delayMs`. */
  after(delayMs: number, callback: () => void): Timer;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const startWallNs = BigInt(Date.now()) * 1_000_000n;
const startMonotonicNs = process.hrtime.bigint();

export const systemClock: Clock = {
  nowNs() {
    // Date.now() is the truth (it follows NTP); the monotonic clock adds what it lacks below a millisecond.
    const wallNs = BigInt(Date.now()) * 1_000_000n;
    const fineNs = startWallNs + (process.hrtime.bigint() - startMonotonicNs);
    const driftNs = fineNs - wallNs;
    return driftNs >= 0n && driftNs < 1_000_000n ? fineNs : wallNs;
  },
  monotonicMs() {
    return performance.now();
  },
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(handle) };
  },
};
