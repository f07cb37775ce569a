// The line of a config that a problem is about, fit for a log: what looks like a credential is masked, at equal length so
// that columns stay right.

const SECRET_KEY =
  /((?:passw|pasw|passphrase|pwd|secret|token|credential|community)[\w-]{0,40}["']?[ \t]*=[ \t]*)("(?:[^"\\]|\\.)*"?|'[^']*'?)/gi;
const URL_PASSWORD = /(:\/\/[^\s:/@"']*:)([^\s/@"']+)(?=@)/g;

export function excerptOf(line: string): string {
  return line
    .replace(SECRET_KEY, (_, start: string, value: string) => start + mask(value))
    .replace(URL_PASSWORD, (_, start: string, password: string) => start + "*".repeat(password.length));
}

/** A variable's name is no secret. */
function mask(value: string): string {
  if (/^["']\$(?:\w+|\{\w+\})["']?$/.test(value)) return value;
  const closing = value.length > 1 && value.endsWith(value.charAt(0)) ? 1 : 0;
  return value.charAt(0) + "*".repeat(value.length - 1 - closing) + value.slice(value.length - closing);
}
