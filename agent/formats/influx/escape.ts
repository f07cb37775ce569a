// Escaping of line protocol's four kinds of text. Source: telegraf plugins/serializers/influx/escape.go (1.39.3).

const KEY_SPECIAL = /[\t\n\f\r ,=]/;
const KEY_SPECIALS = /[\t\n\f\r ,=]/g;
const NAME_SPECIAL = /[\t\n\f\r ,]/;
const NAME_SPECIALS = /[\t\n\f\r ,]/g;
const STRING_SPECIAL = /["\\]/;
const STRING_SPECIALS = /["\\]/g;

const CONTROL_LETTERS: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r" };

/** Tag keys, tag values, field keys. */
export function escapeKey(text: string): string {
  return KEY_SPECIAL.test(text) ? text.replace(KEY_SPECIALS, escapeOne) : text;
}

/** Measurement names: as keys, but `=` is itself. */
export function escapeName(text: string): string {
  return NAME_SPECIAL.test(text) ? text.replace(NAME_SPECIALS, escapeOne) : text;
}

/** The inside of a quoted string; line ends stay raw. */
export function escapeString(text: string): string {
  return STRING_SPECIAL.test(text) ? text.replace(STRING_SPECIALS, "\\$&") : text;
}

/** A backslash at the end would escape the separator behind it, so there is no way to write it. */
export function trimBackslashes(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x5c) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

function escapeOne(character: string): string {
  return CONTROL_LETTERS[character] ?? `\\${character}`;
}
