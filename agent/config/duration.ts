// Durations as Telegraf reads them: Go syntax (`1h2m3.5s`) plus a day suffix and bare seconds (config/types.go).

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const LONGEST_NS = 2 ** 63;

/** Nanoseconds, or undefined when the text is not a Go duration (time.ParseDuration: no days, no bare numbers but 0). */
export function parseGoDuration(text: string): number | undefined {
  const match = /^([+-]?)(.+)$/s.exec(text);
  if (match === null) return undefined;
  const [, sign, rest] = match as unknown as [string, string, string];
  if (rest === "0") return 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0;
  let at = 0;
  while (at < rest.length) {
    part.lastIndex = at;
    const found = part.exec(rest);
    if (found === null) return undefined;
    total += Number(found[1]) * (UNIT_NS[found[2] as string] as number);
    at = part.lastIndex;
  }
  if (total >= LONGEST_NS) return undefined;
  return Math.round(sign === "-" ? -total : total);
}

/** Nanoseconds of a plugin option or an `[agent]` key: Go syntax, `1.5d`, a plain number of seconds, or empty for 0. */
export function parseDuration(text: string): number | undefined {
  if (text === "") return 0;
  const go = parseGoDuration(text);
  if (go !== undefined) return go;
  const days = /^([+-]?(?:\d+\.?\d*|\.\d+))(d?)$/.exec(text);
  if (days === null) return undefined;
  const ns = Number(days[1]) * (days[2] === "d" ? 24 * 3600e9 : 1e9);
  return Math.abs(ns) < LONGEST_NS ? Math.round(ns) : undefined;
}
