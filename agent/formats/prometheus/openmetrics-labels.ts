// Checks one label block of OpenMetrics, of a series or of an exemplar: no blanks, names may be quoted UTF-8.
// Source: github.com/prometheus/prometheus/model/textparse/openmetricslex.l and openmetricsparse.go (0.313), parseLVals.

import { isUtf8 } from "node:buffer";
import { BRACE_CLOSE, COMMA, EQUALS, QUOTE, labelNameEnd } from "./byte-class.ts";
import { quotedEnd } from "./escape.ts";

/** `at`: behind the brace. Offset behind the closing brace, or why the block is malformed. */
export function scanOpenMetricsLabels(bytes: Buffer, start: number, end: number): number | string {
  let at = start;
  while (at < end && bytes[at] !== BRACE_CLOSE) {
    const quoted = bytes[at] === QUOTE;
    const nameStop = quoted ? quotedEnd(bytes, at + 1, end) + 1 : labelNameEnd(bytes, at, end);
    if (nameStop === at || nameStop > end) return "label name expected";
    if (bytes[nameStop] !== EQUALS) return `"=" expected after a label name`;
    if (bytes[nameStop + 1] !== QUOTE) return "a label value is not quoted";
    const valueAt = nameStop + 2;
    const valueStop = quotedEnd(bytes, valueAt, end);
    if (valueStop >= end) return "a label value does not end";
    if (!isUtf8(bytes.subarray(valueAt, valueStop))) return "invalid UTF-8 in a label value";
    at = valueStop + 1;
    if (bytes[at] === BRACE_CLOSE) break;
    if (bytes[at] !== COMMA) return `"," or "}" expected after a label`;
    at += 1;
  }
  return at < end ? at + 1 : "the labels do not end";
}
