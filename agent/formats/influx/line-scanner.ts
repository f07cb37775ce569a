// Line protocol, metric by metric: a hand-written scanner over bytes that accepts and refuses, at the very same byte,
// what Telegraf's state machine does. Source: telegraf plugins/parsers/influx/machine.go.rl (1.39.3).

import { Metric } from "../../core/metric.ts";
import { BLANK, CLASS, DIGIT } from "./character-class.ts";
import type { Cursor } from "./cursor.ts";
import { readFieldValue } from "./field-value.ts";
import { readInt64 } from "./integer.ts";
import { InfluxParseError } from "./parse-error.ts";
import { readToken } from "./token.ts";

const LF = 0x0a;
const CR = 0x0d;
const HASH = 0x23;
const COMMA = 0x2c;
const MINUS = 0x2d;
const EQUALS = 0x3d;
const MOST_TIMESTAMP_DIGITS = 19;
const LEAST_INT64 = -(2n ** 63n);
const GREATEST_INT64 = 2n ** 63n - 1n;

export interface ScanSettings {
  /** Time of metrics that carry none. */
  readonly nowNs: bigint;
  /** Unit of the timestamps. */
  readonly precisionNs: bigint;
}

/** The next metric; undefined at the end. After an error the cursor is where it went wrong: skip the line, go on. */
export function nextMetric(cursor: Cursor, settings: ScanSettings): Metric | InfluxParseError | undefined {
  const fault = toLineStart(cursor);
  if (fault !== undefined) return fault;
  if (cursor.at >= cursor.end) return undefined;
  const metric = readSeries(cursor, settings.nowNs);
  if (metric instanceof InfluxParseError) return metric;
  return readFields(cursor, metric) ?? readTimestamp(cursor, metric, settings) ?? passLineEnd(cursor) ?? metric;
}

/** Over blanks, empty lines and comments. */
function toLineStart(cursor: Cursor): InfluxParseError | undefined {
  for (;;) {
    cursor.skipBlanks();
    const byte = cursor.peek();
    if (byte === LF || byte === CR) {
      const fault = passLineEnd(cursor);
      if (fault !== undefined) return fault;
    } else if (byte === HASH) {
      cursor.skipLine();
    } else {
      return undefined;
    }
  }
}

/** Measurement and tags; leaves the cursor at the blank behind them. */
function readSeries(cursor: Cursor, nowNs: bigint): Metric | InfluxParseError {
  if (cursor.peek() === COMMA) return cursor.fault("expected measurement name");
  const name = readToken(cursor, "measurement");
  if (name === undefined) return cursor.fault("parse error");
  const metric = new Metric(name, nowNs);
  while (cursor.peek() === COMMA) {
    cursor.at += 1;
    const key = readToken(cursor, "tag");
    if (key === undefined || cursor.peek() !== EQUALS) return cursor.fault("expected tag");
    cursor.at += 1;
    const value = readToken(cursor, "tag");
    if (value === undefined) return cursor.fault("expected tag");
    metric.setTag(key, value);
  }
  return isBlank(cursor.peek()) ? metric : cursor.fault("expected tag");
}

/** Leaves the cursor behind the last value. */
function readFields(cursor: Cursor, metric: Metric): InfluxParseError | undefined {
  cursor.skipBlanks();
  for (;;) {
    const key = readToken(cursor, "fieldKey");
    if (key === undefined || cursor.peek() !== EQUALS) return cursor.fault("expected field");
    cursor.at += 1;
    const value = readFieldValue(cursor);
    if (value instanceof InfluxParseError) return value;
    metric.setField(key, value);
    if (cursor.peek() !== COMMA) return undefined;
    cursor.at += 1;
  }
}

/** Takes a timestamp if there is one, and the blanks on both sides of it. */
function readTimestamp(cursor: Cursor, metric: Metric, { precisionNs }: ScanSettings): InfluxParseError | undefined {
  cursor.skipBlanks();
  const start = cursor.at;
  if (isLineEnd(cursor.peek())) return undefined;
  if (cursor.peek() === MINUS) cursor.at += 1;
  const last = Math.min(cursor.end, cursor.at + MOST_TIMESTAMP_DIGITS);
  const digitsAt = cursor.at;
  while (cursor.at < last && CLASS[cursor.peek()] === DIGIT) cursor.at += 1;
  if (cursor.at === digitsAt || !(isBlank(cursor.peek()) || isLineEnd(cursor.peek()))) {
    return cursor.fault("expected timestamp");
  }
  const units = readInt64(cursor.bytes, start, cursor.at);
  const timestampNs = units === undefined ? undefined : units * precisionNs;
  if (timestampNs === undefined || timestampNs < LEAST_INT64 || timestampNs > GREATEST_INT64) {
    return cursor.fault("value out of range");
  }
  metric.timestampNs = timestampNs;
  cursor.skipBlanks();
  return undefined;
}

/** LF, CR LF, the end, or a CR at the end. */
function passLineEnd(cursor: Cursor): InfluxParseError | undefined {
  if (cursor.peek() === CR) cursor.at += 1;
  if (cursor.at >= cursor.end) return undefined;
  if (cursor.peek() !== LF) return cursor.fault("parse error");
  cursor.passLineFeed();
  return undefined;
}

function isBlank(byte: number): boolean {
  return byte >= 0 && CLASS[byte] === BLANK;
}

function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR || byte < 0;
}
