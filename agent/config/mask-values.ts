// Masks what may be a secret in one line of a config, broken or not. Every character that goes becomes one `*`, so that
// columns stay right; keys, brackets and quotes stay, and so do names of variables.

const PART = String.raw`(?:"[^"]*"|'[^']*'|[\w-]+)`;
/** A key and its = (or what a person of another format took for it). The bounds keep hostile lines cheap. */
const KEY = String.raw`(?<![\w.-])${PART}(?:\s{0,9}\.\s{0,9}${PART}){0,16}\s{0,99}[=:]`;
const VARIABLE = /^\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*\})$/;
const PLAIN_KEY = /^["']?[\w.-]{1,40}["']?$/;
const TOKEN = /(\s+)|("(?:[^"\\]|\\.)*"|'[^']*')|(["'].*$)|([[\]{},=])|([^\s"'[\]{},=]+)/gsu;

export function maskWhole(text: string): string {
  return text.replace(/\S/gu, "*");
}

/** Keys of the line with the place behind their = or :, wherever they stand, also inside strings. */
export function* keysIn(line: string): Iterable<{ readonly key: string; readonly end: number }> {
  for (const match of line.matchAll(new RegExp(KEY, "g"))) {
    yield { key: match[0].slice(0, -1), end: match.index + match[0].length };
  }
}

/**
 * `text` is what follows a = or :, as well as it can be read. `isSecret`: every word of it may be part of the secret.
 * Otherwise later `key =` of the same line, true and false stay.
 */
export function maskValues(text: string, isSecret: boolean): string {
  let before = "=";
  let braces = 0;
  return text.replace(TOKEN, (...found: unknown[]) => {
    const [token, blank, quoted, open, structure] = found as string[];
    const at = found.at(-2) as number;
    if (blank !== undefined || token === undefined) return token ?? "";
    const isPlace = isSecret ? braces > 0 && /[{,]/.test(before) : before !== "=";
    const isKey =
      isPlace &&
      PLAIN_KEY.test(token) &&
      /^\s{0,99}=\s{0,99}[^=\s]/.test(text.slice(at + token.length, at + token.length + 200));
    if (structure === "{") braces++;
    before = structure ?? "value";
    if (structure !== undefined || isKey) return token;
    if (quoted !== undefined) return maskQuoted(quoted);
    if (open !== undefined) return token.charAt(0) + maskWhole(token.slice(1));
    return VARIABLE.test(token) || (!isSecret && /^(?:true|false)$/.test(token)) ? token : maskWhole(token);
  });
}

function maskQuoted(token: string): string {
  const inner = token.slice(1, -1);
  return VARIABLE.test(inner) ? token : token.charAt(0) + inner.replace(/./gsu, "*") + token.charAt(0);
}

/** Logins and queries of URLs and of database addresses (`user:password@tcp(host)`). */
export function maskAddresses(text: string): string {
  return /@|:\/\/|\?/.test(text) ? text.replace(/[^\s"']+/g, maskAddress) : text;
}

function maskAddress(word: string): string {
  const scheme = word.indexOf("://");
  const start = scheme < 0 ? 0 : scheme + 3;
  const at = word.lastIndexOf("@");
  const hasLogin = at > start && (scheme >= 0 || word.slice(0, at).includes(":"));
  const end = hasLogin ? at : start;
  const question = word.indexOf("?", end);
  // A query shows itself also where the scheme is mistyped.
  const query = scheme >= 0 || word.includes("=", question) ? question : -1;
  const rest = query < 0 ? word.slice(end) : word.slice(end, query + 1) + maskWhole(word.slice(query + 1));
  return word.slice(0, start) + maskLogin(word.slice(start, end)) + rest;
}

function maskLogin(login: string): string {
  const parts = login.split(":");
  return parts.map((part) => (VARIABLE.test(part) ? part : maskWhole(part))).join(":");
}
