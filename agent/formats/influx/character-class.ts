// The bytes that line protocol's grammar tells apart, as one table: a lookup replaces a chain of compares.
// Source: telegraf plugins/parsers/influx/machine.go.rl (1.39.3).

/** TAB, VT, FF and space separate the parts of a line. */
export const BLANK = 1;
/** LF and CR. */
export const LINE_END = 2;
export const COMMA = 4;
export const EQUALS = 8;
export const BACKSLASH = 16;
export const DIGIT = 32;

export const CLASS: Uint8Array = new Uint8Array(256);
for (const blank of [0x09, 0x0b, 0x0c, 0x20]) CLASS[blank] = BLANK;
for (const lineEnd of [0x0a, 0x0d]) CLASS[lineEnd] = LINE_END;
CLASS[0x2c] = COMMA;
CLASS[0x3d] = EQUALS;
CLASS[0x5c] = BACKSLASH;
CLASS.fill(DIGIT, 0x30, 0x3a);
