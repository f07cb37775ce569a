// Which parts of a TOML text are comments, which are strings, and which are neither. It only follows quotes, so it also
// works on a text that does not parse.

export interface TextRegion {
  readonly kind: "bare" | "string" | "comment";
  readonly start: number;
  readonly end: number;
}

const OPENING = /#|"""|'''|"|'/g;

/** All of the text, in order. */
export function textRegions(text: string): TextRegion[] {
  const regions: TextRegion[] = [];
  let from = 0;
  for (;;) {
    OPENING.lastIndex = from;
    const opening = OPENING.exec(text);
    const start = opening?.index ?? text.length;
    if (start > from) regions.push({ kind: "bare", start: from, end: start });
    if (opening === null) return regions;
    from = regionEnd(text, start, opening[0]);
    regions.push({ kind: opening[0] === "#" ? "comment" : "string", start, end: from });
  }
}

/** Behind the closing quotes; a string that is not closed ends with its line, or with the text when it has three quotes. */
function regionEnd(text: string, start: number, opening: string): number {
  if (opening === "#") return find(text, /[\r\n]/g, start).index;
  const quote = opening.charAt(0);
  const stop = opening.length === 3 ? new RegExp(`${opening}${quote}{0,2}`, "g") : new RegExp(`${quote}|[\r\n]`, "g");
  const stopOrEscape = quote === '"' ? new RegExp(`\\\\[^]|${stop.source}`, "g") : stop;
  let from = start + opening.length;
  for (;;) {
    const { index, token } = find(text, stopOrEscape, from);
    if (token === "" || token === "\r" || token === "\n") return index;
    from = index + token.length;
    if (!token.startsWith("\\")) return from;
  }
}

function find(text: string, global: RegExp, from: number): { index: number; token: string } {
  global.lastIndex = from;
  const match = global.exec(text);
  return { index: match?.index ?? text.length, token: match?.[0] ?? "" };
}
