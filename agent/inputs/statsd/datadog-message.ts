// DogStatsD events (`_e{…}`) and service checks (`_sc|…`): one line -> one metric, at once. Not metrics to aggregate.
// Follows Telegraf's plugins/inputs/statsd/datadog.go.

import { decodeText, encodeText } from "../../core/byte-text.ts";
import { Metric } from "../../core/metric.ts";
import { readDatadogTags } from "./datadog-tags.ts";
import { parseGoInt } from "./go-number.ts";

const STATUSES = ["ok", "warning", "critical", "unknown"] as const;
const ALERT_TYPES = new Set(["info", "warning", "error", "success"]);
const PRIORITIES = new Set(["normal", "low"]);

export interface Receipt {
  /** Address of the sender; empty when it is not known. */
  readonly source: string;
  readonly timestampNs: bigint;
}

/** undefined: malformed. */
export function readEvent(line: string, receipt: Receipt): Metric | undefined {
  // Lengths count bytes.
  const bytes = encodeText(line);
  const colon = bytes.indexOf(":");
  const lengths = colon < 7 ? null : /^_e.(\d{1,9}),(\d{1,9}).$/s.exec(bytes.toString("latin1", 0, colon));
  if (lengths === null) return undefined;
  const titleEnd = colon + 1 + Number(lengths[1]);
  const textEnd = titleEnd + 1 + Number(lengths[2]);
  if (textEnd > bytes.length || titleEnd === colon + 1 || textEnd === titleEnd + 1) return undefined;
  const metric = new Metric(decodeText(bytes, colon + 1, titleEnd), receipt.timestampNs);
  metric.setField("alert_type", "info").setField("text", unescapeText(decodeText(bytes, titleEnd + 1, textEnd)));
  metric.setField("priority", "normal");
  const tags = new Map<string, string>();
  if (receipt.source !== "") tags.set("source", receipt.source);
  const rest = decodeText(bytes, textEnd);
  if (rest.length >= 2) {
    for (const part of rest.slice(1).split("|")) if (!readEventPart(part, metric, tags)) return undefined;
  }
  return withTags(metric, tags);
}

/** False: the part is too short or unknown, and the event with it. */
function readEventPart(part: string, metric: Metric, tags: Map<string, string>): boolean {
  if (part.length < 2) return false;
  const value = part.slice(2);
  switch (part.slice(0, 2)) {
    case "d:": {
      const seconds = parseGoInt(value);
      if (seconds !== undefined) metric.setField("ts", seconds);
      return true;
    }
    case "p:":
      if (PRIORITIES.has(value)) metric.setField("priority", value);
      return true;
    case "h:":
      tags.set("source", value);
      return true;
    case "t:":
      if (ALERT_TYPES.has(value)) metric.setField("alert_type", value);
      return true;
    case "k:":
      tags.set("aggregation_key", value);
      return true;
    case "s:":
      metric.setField("source_type_name", value);
      return true;
    default:
      if (!part.startsWith("#")) return false;
      readDatadogTags(part.slice(1), tags);
      return true;
  }
}

/** undefined: malformed. */
export function readServiceCheck(line: string, receipt: Receipt): Metric | undefined {
  const [, name = "", status, ...parts] = line.split("|");
  const code = status === undefined ? undefined : parseGoInt(status);
  const statusText = code === undefined || code < 0n ? undefined : STATUSES[Number(code)];
  if (name === "" || code === undefined || statusText === undefined) return undefined;
  const metric = new Metric("statsd_service_check", receipt.timestampNs);
  metric.setField("status", code).setField("status_text", statusText);
  const tags = new Map([["check_name", name]]);
  if (receipt.source !== "") tags.set("source", receipt.source);
  for (const part of parts) {
    const value = part.slice(2);
    if (part.length < 2) continue;
    if (part.startsWith("d:")) metric.timestampNs = unixNs(value) ?? metric.timestampNs;
    else if (part.startsWith("h:")) tags.set("source", value);
    else if (part.startsWith("m:")) metric.setField("message", unescapeText(value));
    else if (part.startsWith("#")) readDatadogTags(part.slice(1), tags);
  }
  return withTags(metric, tags);
}

/** The tag `host` is the agent's, so a sender's own `host` becomes `source`. */
function withTags(metric: Metric, tags: Map<string, string>): Metric {
  const host = tags.get("host");
  if (host !== undefined) tags.set("source", host);
  tags.delete("host");
  for (const [key, value] of tags) metric.setTag(key, value);
  return metric;
}

function unescapeText(text: string): string {
  return text.replaceAll("\\n", "\n");
}

function unixNs(text: string): bigint | undefined {
  const seconds = parseGoInt(text);
  return seconds === undefined ? undefined : BigInt.asIntN(64, seconds * 1_000_000_000n);
}
