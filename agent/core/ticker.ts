// When to collect (telegraf agent/tick.go): aligned to multiples of the interval or from now on, with jitter and offset.
// Survives a wall clock that jumps: a due time too far away or long past is computed anew.

import type { Clock, Timer } from "./clock.ts";

export interface TickerSettings {
  readonly intervalMs: number;
  /** Ticks at multiples of the interval since 1970. */
  readonly aligned: boolean;
  readonly offsetMs: number;
  /** Each tick is delayed by a random time up to this; it does not add up. */
  readonly jitterMs: number;
}

/** Returns the function that stops it. */
export function startTicker(
  settings: TickerSettings,
  clock: Clock,
  onTick: () => void,
  random: () => number = Math.random,
): () => void {
  const { intervalMs, offsetMs, jitterMs } = settings;
  const nowMs = () => Number(clock.nowNs() / 1000n) / 1000;
  let dueMs = firstTickMs(settings, nowMs());
  let timer: Timer;

  const arm = () => {
    // A first aligned tick may be a hundredth more than an interval away; farther means that the clock was set back.
    const farthestMs = intervalMs * 1.01 + offsetMs + jitterMs + 1;
    const waitMs = () => dueMs + offsetMs - nowMs();
    if (waitMs() > farthestMs) dueMs = firstTickMs(settings, nowMs());
    timer = clock.after(waitMs() + random() * jitterMs, fire);
  };
  const fire = () => {
    dueMs += intervalMs;
    // Missed more than one tick (suspended machine, clock set forward): start over instead of firing in a row.
    if (dueMs + intervalMs < nowMs() - offsetMs) dueMs = firstTickMs(settings, nowMs());
    arm();
    onTick();
  };
  arm();
  return () => timer.cancel();
}

function firstTickMs({ aligned, intervalMs }: TickerSettings, nowMs: number): number {
  // A hundredth of the interval as margin: a start just before a boundary does not collect twice at once.
  return aligned ? Math.ceil((nowMs + intervalMs / 100) / intervalMs) * intervalMs : nowMs;
}
