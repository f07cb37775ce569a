// What a sample rate does to a value. Counters are divided by it, timings are repeated.

import { toInt64 } from "./go-number.ts";

/** More repeats than this are no sampling but a mistake or an attack. */
const MOST_REPEATS = 1_000_000_000;

/** trunc(1 / rate); 0 for a rate outside (0, 1], which the caller counts as odd and takes as 1. */
export function timingRepeats(rate: number): number {
  const repeats = Math.trunc(1 / rate);
  return rate > 0 && rate <= 1 && repeats <= MOST_REPEATS ? repeats : 0;
}

/** trunc(value / rate) within 64 bits; a rate of 0 is no rate. */
export function scaledCounter(value: number, rate: number): bigint {
  return toInt64(rate === 0 ? value : value / rate);
}
