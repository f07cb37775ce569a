// The four cleanings that names, keys and values go through on their way to Wavefront.
// Sources: telegraf plugins/serializers/wavefront/replacers.go, plugins/outputs/wavefront/wavefront.go;
// wavefront-sdk-go 0.15.0 internal/sanitize.go.

const SPECIALS = /[!@#$%^&*()+`'"[\]{}:;<>,?/\\| =]/g;
const STRICT_SPECIALS = /[!@#$%^&*()+`'"[\]{}:;<>?\\| =]/g;
const OUTSIDE_REGEX = /[^a-zA-Z0-9_.-]/gu;
const SDK_LEGAL = /^[,\-./0-9A-Za-z_]*$/;
const SDK_ILLEGAL = /[^,\-./0-9A-Za-z_]/gu;
/** A delta counter's mark, then perhaps the tilde of internal metrics; what may stand in front. */
const SDK_HEAD = /^(?:[\u2206\u0394]~?|~)/u;
/** Go's unicode.IsSpace: unlike JavaScript's, with U+0085 and without the byte order mark. */
const BLANKS = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const OUTER_BLANKS = new RegExp(`^${BLANKS}|${BLANKS}$`, "gu");

/** - `usual`: known special characters become `-`. `strict`: the same, but `,` and `/` stay.
 *  - `regex`: everything but letters, digits and `_.-` becomes `-`. */
export type Sanitizing = "usual" | "strict" | "regex";

export function sanitizeName(name: string, how: Sanitizing): string {
  if (how === "regex") return name.replace(OUTSIDE_REGEX, "-");
  return name.replace(how === "strict" ? STRICT_SPECIALS : SPECIALS, "-");
}

/** The last cleaning, always done: works on bytes, so a letter of two bytes becomes two dashes. */
export function sanitizeForWire(name: string): string {
  if (SDK_LEGAL.test(name)) return name;
  const head = SDK_HEAD.exec(name)?.[0] ?? "";
  return head + name.slice(head.length).replace(SDK_ILLEGAL, dashes);
}

/** A value with its quotes. A backslash stays as it is, as in the SDK. */
export function quoteValue(value: string): string {
  return `"${value.replace(OUTER_BLANKS, "").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** In sources and tag values only the star is not allowed. */
export function sanitizeValue(value: string): string {
  return value.replaceAll("*", "-");
}

function dashes(character: string): string {
  const code = character.codePointAt(0) as number;
  // A lone surrogate stands for one byte, see byte-text.ts.
  if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) return "-";
  return "-".repeat(code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
}
