// Numbers of a page. Source: Go strconv.ParseFloat without hexadecimal and underscores, as Prometheus restricts it, and
// strconv.ParseInt for timestamps.

// Each part can match in one way only: a megabyte of digits costs no quadratic search.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const INTEGER = /^[+-]?\d+$/;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** undefined: not a number, or too large for a double. NaN and infinities are numbers here. */
export function readFloat(bytes: Buffer, start: number, end: number): number | undefined {
  return smallInteger(bytes, start, end) ?? parseSampleFloat(bytes.toString("latin1", start, end));
}

export function parseSampleFloat(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

/** Milliseconds; undefined: not a whole number, or beyond 64 bits. */
export function readTimestampMs(bytes: Buffer, start: number, end: number): number | undefined {
  const small = smallInteger(bytes, start, end);
  if (small !== undefined) return small;
  const text = bytes.toString("latin1", start, end);
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  // Only near the limits of 64 bits does the double not tell.
  if (Math.abs(value) < 2 ** 62) return value;
  if (text.length > 100) return undefined;
  const exact = BigInt(text.replace("+", ""));
  return exact > MAX_INT64 || exact < MIN_INT64 ? undefined : value;
}

/** Up to 15 digits and nothing else: most of what a page holds. */
function smallInteger(bytes: Buffer, start: number, end: number): number | undefined {
  if (end <= start || end - start > 15) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
