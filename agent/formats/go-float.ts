// Floats as Go writes them (strconv.FormatFloat with precision -1, fmt's %v). Digits are the shortest that read back as
// the same double, which is also what JavaScript chooses; only the layout differs.

/** FormatFloat(value, 'f', -1, 64): never an exponent. `-0` keeps its sign; NaN and infinities are Go's words. */
export function goFloatPlain(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return Object.is(value, -0) ? "-0" : String(value);
  if (!Number.isFinite(value)) return goNotFinite(value);
  const text = String(value);
  const e = text.indexOf("e");
  return e < 0 ? text : expand(text, e);
}

/** FormatFloat(value, 'g', -1, 64), which is also `%v`: exponent form below 1e-4 and from 1e6 (`1e+06`, `1.5e-05`). */
export function goFloatShort(value: number): string {
  if (!Number.isFinite(value)) return goNotFinite(value);
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return goFloatPlain(value);
  const text = value.toExponential();
  const e = text.indexOf("e");
  const digits = text.slice(e + 2);
  return text.slice(0, e + 2) + (digits.length < 2 ? `0${digits}` : digits);
}

function goNotFinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

/** `-1.5e-7` to `-0.00000015`; `e` is the index of the letter. */
function expand(text: string, e: number): string {
  const sign = text.startsWith("-") ? "-" : "";
  const [whole, fraction = ""] = text.slice(sign.length, e).split(".") as [string, string?];
  const exponent = Number(text.slice(e + 1));
  const digits = whole + fraction;
  // JavaScript writes an exponent from 1e21 and below 1e-6 only: the point never falls among the digits.
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return sign + digits + "0".repeat(exponent - fraction.length);
}
