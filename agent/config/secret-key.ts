// Which keys of a config have secrets as values, also when they are mistyped. A guess by name: what it masks too much is
// only harder to read.

import { nearest } from "./near.ts";

const SECRET =
  /pass(?!ive)|p[as]*w[or]*d|secret|token|bearer|credential|authoriz|community|cookie|headers?(?![a-z])|(?:api|access|private|account|shared|license)[-_ ]?key/i;
const SECRET_WORDS: ReadonlySet<string> = new Set(["auth", "dsn", "pw"]);
/** Short words are not among them: too many harmless ones are near. */
const OFTEN_MISTYPED: readonly string[] = [
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "bearer",
  "credential",
  "credentials",
  "authorization",
  "community",
  "apikey",
  "headers",
];
/** The filters of every plugin, and names near a secret one. */
const HARMLESS: ReadonlySet<string> = new Set(["namepass", "fieldpass", "tagpass", "metricpass", "reader", "readers"]);

/** `path` as it is written: dots and quotes may be in it. */
export function isSecretKey(path: string): boolean {
  return path.split(/[."'\s]+/).some((part) => part !== "" && !HARMLESS.has(part.toLowerCase()) && isSecretName(part));
}

function isSecretName(name: string): boolean {
  if (SECRET.test(name)) return true;
  const words = name.toLowerCase().split(/[-_]+/);
  const candidates = words.length > 1 ? [...words, words.join("")] : words;
  return candidates.some((word) => SECRET_WORDS.has(word) || isNearSecret(word));
}

function isNearSecret(word: string): boolean {
  return word.length > 3 && word.length < 20 && !HARMLESS.has(word) && nearest(word, OFTEN_MISTYPED).length > 0;
}
