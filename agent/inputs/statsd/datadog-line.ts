// Takes what only DogStatsD knows out of a metric line, so that a plain StatsD line is left: `#tags`, `c:container`,
// `e:` and `card:` origin fields. A segment is only taken for one of the latter three after the type of a value, and
// only when it does not begin the next value (`a:1|c:2|c` is two counters).

import { readDatadogTags } from "./datadog-tags.ts";
import { KINDS } from "./series-kind.ts";
import { parseGoFloat } from "./go-number.ts";

export interface PlainLine {
  readonly line: string;
  readonly tags: ReadonlyMap<string, string>;
}

export function takeDatadogParts(line: string, keepContainer: boolean): PlainLine {
  const tags = new Map<string, string>();
  const segments: string[] = [];
  for (const segment of line.split("|")) {
    if (segment.startsWith("#")) readDatadogTags(segment.slice(1), tags);
    else segments.push(segment);
  }
  const kept: string[] = [];
  // What the next segment is: still part of the bucket, the type of a value, or something behind the type.
  let place: "bucket" | "type" | "extra" = "bucket";
  for (const [at, segment] of segments.entries()) {
    const beginsValue = segment.includes(":");
    if (place === "extra" && isOriginField(segment) && !isValue(segment, segments[at + 1])) {
      if (keepContainer && segment.startsWith("c:")) tags.set("container", segment.slice(2));
      continue;
    }
    kept.push(segment);
    if (beginsValue) place = "type";
    else if (place === "type") place = "extra";
  }
  return { line: kept.join("|"), tags };
}

function isOriginField(segment: string): boolean {
  return segment.startsWith("c:") || segment.startsWith("e:") || segment.startsWith("card:");
}

/** True when the text behind the colon, with the next segment as its type, is a value like any other. */
function isValue(segment: string, next: string | undefined): boolean {
  const type = next?.split(":", 1)[0];
  if (!KINDS.some((kind) => kind === type)) return false;
  return type === "s" || parseGoFloat(segment.slice(segment.lastIndexOf(":") + 1)) !== undefined;
}
