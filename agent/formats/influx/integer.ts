// Integers of line protocol: 64 bit, exact, and undefined instead of a silent overflow. The caller knows that there are
// only digits.

/** Up to here a sum of digits is exact in a double. */
const MOST_EXACT_DIGITS = 15;
const GREATEST_INT64 = 2n ** 63n - 1n;
const GREATEST_UINT64 = 2n ** 64n - 1n;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Optional minus and digits to int64. */
export function readInt64(bytes: Buffer, start: number, end: number): bigint | undefined {
  const negative = bytes[start] === MINUS;
  const magnitude = readDigits(bytes, negative ? start + 1 : start, end);
  if (negative) return magnitude > GREATEST_INT64 + 1n ? undefined : -magnitude;
  return magnitude > GREATEST_INT64 ? undefined : magnitude;
}

/** Digits to uint64. */
export function readUint64(bytes: Buffer, start: number, end: number): bigint | undefined {
  const magnitude = readDigits(bytes, start, end);
  return magnitude > GREATEST_UINT64 ? undefined : magnitude;
}

function readDigits(bytes: Buffer, start: number, end: number): bigint {
  let total = 0n;
  for (let at = start; at < end;) {
    const stop = Math.min(end, at + MOST_EXACT_DIGITS);
    const scale = stop - at;
    let part = 0;
    for (; at < stop; at++) part = part * 10 + ((bytes[at] as number) - ZERO);
    total = total === 0n ? BigInt(part) : total * 10n ** BigInt(scale) + BigInt(part);
    // Hostile input may hold a digit for every byte of a message: what is beyond 64 bit stays beyond.
    if (total > GREATEST_UINT64) return total;
  }
  return total;
}
