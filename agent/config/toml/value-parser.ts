// TOML values: lists and inline tables around strings and scalars. Telegraf's dialect (influxdata/toml, parse.peg):
// commas in inline tables may be missing or trail; comments and line ends may stand anywhere in a list.

import type { Cursor } from "./cursor.ts";
import { readKey } from "./key.ts";
import { readScalar } from "./scalar-token.ts";
import { readString } from "./string-token.ts";
import { inlineTable, type TableBuilder } from "./table-builder.ts";
import type { TomlValue } from "./value.ts";

const DEEPEST = 64;

export interface ValueSettings {
  readonly builder: TableBuilder;
  readonly bareVariables: boolean;
}

/** Reads the value at the cursor. */
export function readValue(cursor: Cursor, settings: ValueSettings, depth = 0): TomlValue {
  if (depth > DEEPEST) cursor.fail("the value is nested too deeply", `use at most ${DEEPEST} levels`);
  switch (cursor.next) {
    case '"':
    case "'": {
      const at = cursor.at;
      return { type: "string", value: readString(cursor), at };
    }
    case "[":
      return readArray(cursor, settings, depth);
    case "{":
      return readInlineTable(cursor, settings, depth);
    default:
      return readScalar(cursor, settings.bareVariables);
  }
}

function readArray(cursor: Cursor, settings: ValueSettings, depth: number): TomlValue {
  const opening = cursor.offset;
  const at = cursor.at;
  const items: TomlValue[] = [];
  cursor.take("[");
  for (;;) {
    cursor.skipBlankLines();
    if (cursor.take("]")) return { type: "array", items, at };
    if (cursor.done) cursor.fail("the list is not closed", "add ] at its end", opening, cursor.offset);
    if (items.length > 0 && !startsValue(cursor)) cursor.fail("the list is not closed before this", "add ] or a comma");
    items.push(readValue(cursor, settings, depth + 1));
    cursor.skipBlankLines();
    cursor.take(",");
  }
}

/** Values start so; a word as `timeout` in `timeout = "5s"` is the next line after a forgotten bracket. */
function startsValue(cursor: Cursor): boolean {
  return cursor.look(/["'[{$+\-\d]|(?:true|false|inf|nan)\b/y) !== undefined;
}

function readInlineTable(cursor: Cursor, settings: ValueSettings, depth: number): TomlValue {
  const opening = cursor.offset;
  const table = inlineTable(cursor.at);
  cursor.take("{");
  for (;;) {
    cursor.skipBlanks();
    if (cursor.take("}")) return table;
    if (cursor.atLineEnd)
      cursor.fail("the inline table is not closed on its line", "add } at its end", opening, cursor.offset);
    const key = readKey(cursor);
    if (!cursor.take("=")) cursor.fail("an = is missing after the key", "write key = value");
    cursor.skipBlanks();
    settings.builder.assign(table, key, readValue(cursor, settings, depth + 1));
    cursor.skipBlanks();
    cursor.take(",");
  }
}
