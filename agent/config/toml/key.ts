// TOML keys: bare or quoted parts with dots between them. Source: TOML 1.0 "Keys".

import type { Cursor } from "./cursor.ts";
import { readString } from "./string-token.ts";
import type { Position } from "./value.ts";

export interface KeyPart {
  readonly name: string;
  readonly at: Position;
}

const PART = String.raw`(?:[A-Za-z0-9_-]+|"[^"\r\n]*"|'[^'\r\n]*')`;
const PATH = String.raw`${PART}(?:[ \t]*\.[ \t]*${PART})*`;
const PAIR = new RegExp(String.raw`[ \t]*${PATH}[ \t]*=`, "y");
const HEADER = new RegExp(String.raw`[ \t]*\[\[?[ \t]*${PATH}[ \t]*\]`, "y");

/** Does `key =` stand at the cursor? */
export function looksLikePair(cursor: Cursor): boolean {
  return cursor.look(PAIR) !== undefined;
}

/** Does `[name]` or `[[name]]` stand at the cursor? */
export function looksLikeHeader(cursor: Cursor): boolean {
  return cursor.look(HEADER) !== undefined;
}

export function readKey(cursor: Cursor): [KeyPart, ...KeyPart[]] {
  const parts: [KeyPart, ...KeyPart[]] = [readPart(cursor)];
  for (;;) {
    cursor.skipBlanks();
    if (!cursor.take(".")) return parts;
    cursor.skipBlanks();
    parts.push(readPart(cursor));
  }
}

function readPart(cursor: Cursor): KeyPart {
  const at = cursor.at;
  if (cursor.next === '"' || cursor.next === "'") return { name: readString(cursor), at };
  const name = cursor.match(/[A-Za-z0-9_-]+/y);
  if (name !== undefined) return { name, at };
  return cursor.fail("a key is missing here", "write letters, digits, _ and -, or put the key in quotes");
}
