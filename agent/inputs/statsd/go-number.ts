// Numbers as Go's strconv reads them, where JavaScript differs. Not the fast path: that one reads digits
// from bytes (line-parser.ts) and falls back to these. Source: Go strconv.ParseFloat, ParseInt.

// Each part can match in one way only: no quadratic search on a line of 64 KiB digits.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEX = /^([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d+)$/;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** undefined when Go reports an error, and for infinities and NaN, which no time series can carry. */
export function parseGoFloat(text: string): number | undefined {
  const plain = withoutUnderscores(text);
  if (plain === undefined) return undefined;
  const hex = HEX.exec(plain);
  const value = hex === null ? (DECIMAL.test(plain) ? Number(plain) : Number.NaN) : hexFloat(hex);
  return Number.isFinite(value) ? value : undefined;
}

/** Base 10, optional sign, digits only, within 64 bits. */
export function parseGoInt(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  // Longer than any int64 even with some leading zeros: do not build a megabyte of BigInt to learn that.
  const digits = text.replace(/^[+-]?0*/, "");
  if (digits.length > 19) return undefined;
  const magnitude = BigInt(digits === "" ? "0" : digits);
  const value = text.startsWith("-") ? -magnitude : magnitude;
  return value > MAX_INT64 || value < MIN_INT64 ? undefined : value;
}

/** Truncates toward zero; what does not fit 64 bits is clamped (Go leaves that to the machine). */
export function toInt64(value: number): bigint {
  if (value >= 2 ** 63) return MAX_INT64;
  if (value <= -(2 ** 63)) return MIN_INT64;
  return Number.isNaN(value) ? 0n : BigInt(Math.trunc(value));
}

/** Underscores may stand alone between two digits, nowhere else. */
function withoutUnderscores(text: string): string | undefined {
  if (!text.includes("_")) return text;
  if (/^_|_$|__|[^\da-fA-FxX]_|_[^\da-fA-F]/.test(text)) return undefined;
  return text.replaceAll("_", "");
}

function hexFloat(match: RegExpExecArray): number {
  const whole = match[2] ?? "";
  const fraction = match[3] ?? "";
  if (whole + fraction === "") return Number.NaN;
  let mantissa = 0;
  for (const digit of whole + fraction) mantissa = mantissa * 16 + Number.parseInt(digit, 16);
  const value = mantissa * 2 ** (Number(match[4]) - 4 * fraction.length);
  return match[1] === "-" ? -value : value;
}
