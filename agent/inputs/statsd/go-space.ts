// White space as Go's unicode.IsSpace sees it; JavaScript's trim() also takes U+FEFF and leaves U+0085.

const SPACE = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const START = new RegExp(`^${SPACE}+`);
const END = new RegExp(`${SPACE}$`);
const RUN = new RegExp(SPACE);

/** strings.TrimSpace */
export function trimSpace(text: string): string {
  let end = text.length;
  // One by one from the end: a pattern that looks for a run before `$` is quadratic on hostile lines.
  while (end > 0 && END.test(text[end - 1] as string)) end -= 1;
  return text.slice(0, end).replace(START, "");
}

/** The first of strings.Fields, or "". */
export function firstWord(text: string): string {
  const start = text.replace(START, "");
  const end = start.search(RUN);
  return end < 0 ? start : start.slice(0, end);
}
