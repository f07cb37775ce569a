// A metric as the lines of Wavefront's data format: one line for each number in it. Pure: no clock, no host name of its own.
// Sources: telegraf plugins/outputs/wavefront/wavefront.go (1.39.3), wavefront-sdk-go 0.15.0 internal/metric/formatter.go.

import { encodeText } from "../../core/byte-text.ts";
import { Unsigned, type FieldValue, type Metric } from "../../core/metric.ts";
import { goFloatPlain } from "../go-float.ts";
import { quoteValue, sanitizeForWire, sanitizeName, sanitizeValue, type Sanitizing } from "./sanitize.ts";

export interface WavefrontOptions {
  readonly prefix: string;
  /** Also the field `value` is put behind the name. */
  readonly simpleFields: boolean;
  readonly metricSeparator: string;
  /** Every `_` of the name becomes the separator. */
  readonly convertPaths: boolean;
  /** Booleans as 1 and 0; otherwise they are left out. */
  readonly convertBool: boolean;
  readonly sanitizing: Sanitizing;
  /** Cut tags to 254 bytes for key and value together. */
  readonly truncateTags: boolean;
  /** Tags whose value is the source, the first that exists. */
  readonly sourceOverride: readonly string[];
  /** The source of metrics without one. */
  readonly defaultSource: string;
}

export interface WavefrontLines {
  /** Each with its line end. */
  readonly lines: readonly string[];
  /** Fields that are not numbers, or have no name. */
  readonly skippedFields: number;
}

const MOST_TAG_BYTES = 254;

export function wavefrontLines(metric: Metric, options: WavefrontOptions): WavefrontLines {
  const lines: string[] = [];
  let tail: string | undefined;
  for (let i = 0; i < metric.fieldCount; i++) {
    const name = metricName(metric.name, metric.fieldKeyAt(i), options);
    const value = numberOf(metric.fieldValueAt(i), options.convertBool);
    if (name === "" || value === undefined) continue;
    tail ??= lineTail(metric, options);
    lines.push(`"${sanitizeForWire(name)}" ${goFloatPlain(value)}${tail}`);
  }
  return { lines, skippedFields: metric.fieldCount - lines.length };
}

function metricName(measurement: string, field: string, options: WavefrontOptions): string {
  const { prefix, simpleFields, metricSeparator, convertPaths, sanitizing } = options;
  const whole = prefix + measurement + (field === "value" && !simpleFields ? "" : metricSeparator + field);
  const name = sanitizeName(whole, sanitizing);
  return convertPaths && metricSeparator !== "_" ? name.replaceAll("_", metricSeparator) : name;
}

/** undefined: not a number. Upstream also sends NaN and infinities, which no server takes. */
function numberOf(value: FieldValue, convertBool: boolean): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Unsigned) return Number(value.value);
  return typeof value === "boolean" && convertBool ? Number(value) : undefined;
}

/** All that follows the value; the same for every field. */
function lineTail(metric: Metric, options: WavefrontOptions): string {
  const { source, tags } = splitSource(metric, options.sourceOverride);
  const seconds = floorSeconds(metric.timestampNs);
  let tail = `${seconds === 0n ? "" : ` ${seconds}`} source=${quoteValue(sanitizeValue(source) || options.defaultSource)}`;
  const clean = new Map<string, string>();
  for (const [rawKey, rawValue] of tags) {
    const key = sanitizeName(rawKey, options.sanitizing);
    const value = sanitizeValue(rawValue);
    const kept = options.truncateTags ? truncated(key, value) : value;
    if (kept !== "") clean.set(key, kept);
  }
  for (const [key, value] of clean) tail += ` "${sanitizeForWire(key)}"=${quoteValue(value)}`;
  return `${tail}\n`;
}

function splitSource(
  metric: Metric,
  overrides: readonly string[],
): { readonly source: string; readonly tags: ReadonlyMap<string, string> } {
  const tags = new Map<string, string>();
  for (let i = 0; i < metric.tagCount; i++) {
    if (metric.tagValueAt(i) !== "") tags.set(metric.tagKeyAt(i), metric.tagValueAt(i));
  }
  const host = tags.get("host") ?? "";
  const override = tags.has("source") ? "source" : overrides.find((tag) => tags.has(tag));
  const source = override === undefined ? host : (tags.get(override) ?? "");
  if (override !== undefined && override !== "source" && host !== "") tags.set("telegraf_host", host);
  if (override !== undefined) tags.delete(override);
  tags.delete("host");
  return { source, tags };
}

/** Empty: the tag goes. The cut never falls inside a character (upstream's may). */
function truncated(key: string, value: string): string {
  const room = MOST_TAG_BYTES - encodeText(key).length;
  if (room <= 0) return "";
  const bytes = encodeText(value);
  if (bytes.length <= room) return value;
  let kept = "";
  let size = 0;
  for (const character of value) {
    size += encodeText(character).length;
    if (size > room) break;
    kept += character;
  }
  return kept;
}

function floorSeconds(timestampNs: bigint): bigint {
  const seconds = timestampNs / 1_000_000_000n;
  return timestampNs < 0n && timestampNs % 1_000_000_000n !== 0n ? seconds - 1n : seconds;
}
