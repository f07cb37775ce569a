// Globs of the filter options, in gobwas/glob's syntax: * ** ? [abc] [!a-z] {a,b} and the backslash escape.

/** Matches one whole string. */
export type Matcher = (text: string) => boolean;

/**
 * One matcher for a list. As upstream (filter/filter.go): patterns are compared literally unless one of the list has
 * a `*`, `?` or `[`. `separators` are characters that `*` and `?` do not cross (`**` does).
 */
export function compileGlobs(patterns: readonly string[], separators = ""): Matcher | undefined {
  if (patterns.length === 0) return undefined;
  if (!patterns.some((pattern) => /[*?[]/.test(pattern))) {
    const literals = new Set(patterns);
    return (text) => literals.has(text);
  }
  const expression = new RegExp(`^(?:${patterns.map((pattern) => globSource(pattern, separators)).join("|")})$`, "su");
  return (text) => expression.test(text);
}

function globSource(pattern: string, separators: string): string {
  const one = separators === "" ? "." : `[^${Array.from(separators, escapeInClass).join("")}]`;
  let source = "";
  let depth = 0;
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const c = characters[at] as string;
    if (c === "\\" && at + 1 < characters.length) {
      at += 1;
      source += escapeLiteral(characters[at] as string);
    } else if (c === "*") {
      const double = characters[at + 1] === "*";
      if (double) at += 1;
      source += double ? ".*" : `${one}*`;
    } else if (c === "?") source += one;
    else if (c === "[") {
      const end = characters.indexOf("]", at + 2);
      if (end < 0) {
        source += "\\[";
        continue;
      }
      source += characterClass(characters.slice(at + 1, end));
      at = end;
    } else if (c === "{") {
      depth += 1;
      source += "(?:";
    } else if (c === "}" && depth > 0) {
      depth -= 1;
      source += ")";
    } else if (c === "," && depth > 0) source += "|";
    else source += escapeLiteral(c);
  }
  // A brace that nobody closed is what it looks like.
  return depth === 0 ? source : escapeLiteral(pattern);
}

function characterClass(inner: readonly string[]): string {
  const negated = inner[0] === "!" || inner[0] === "^";
  const body = (negated ? inner.slice(1) : inner)
    .map((c, index, all) => (c === "-" && index > 0 && index < all.length - 1 ? "-" : escapeInClass(c)))
    .join("");
  return `[${negated ? "^" : ""}${body}]`;
}

function escapeInClass(c: string): string {
  return c === "-" ? "\\-" : escapeLiteral(c);
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
