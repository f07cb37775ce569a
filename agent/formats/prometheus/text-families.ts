// The families of a classic page while it is read: which family a line belongs to, and what a sample adds to it. Lines of
// one family may stand anywhere on the page. Source: expfmt/text_parse.go, setOrCreateCurrentMF and readingValue.

import type { LabelReader } from "./label-reader.ts";
import { partLabel, type Distribution, type Family, type Point } from "./page.ts";
import { parseSampleFloat } from "./sample-number.ts";

type Role = "value" | "count" | "sum";

export interface TextFamily extends Family {
  hasHelp: boolean;
  /** Of distributions: one point for each label set. */
  readonly byLabels: Map<string, Point>;
}

export interface Place {
  readonly family: TextFamily;
  readonly role: Role;
}

export interface TextSample {
  readonly labelsAt: number;
  readonly value: number;
}

const SUFFIXES = ["_count", "_sum", "_bucket"] as const;

export class TextFamilies {
  readonly #byName = new Map<string, TextFamily>();
  readonly #labels: LabelReader;

  constructor(labels: LabelReader) {
    this.#labels = labels;
  }

  all(): readonly Family[] {
    return [...this.#byName.values()].filter(({ points }) => points.length > 0);
  }

  /** The family of that name, or the summary or histogram that `name` is a part of; created when there is none. */
  place(name: string): Place {
    const exact = this.#byName.get(name);
    if (exact !== undefined) return { family: exact, role: "value" };
    const suffix = SUFFIXES.find((each) => name.length > each.length && name.endsWith(each));
    if (suffix !== undefined) {
      const family = this.#byName.get(name.slice(0, -suffix.length));
      if (family !== undefined && hasPart(family, suffix)) {
        return { family, role: suffix === "_count" ? "count" : suffix === "_sum" ? "sum" : "value" };
      }
    }
    const family: TextFamily = { name, type: undefined, unit: "", points: [], hasHelp: false, byLabels: new Map() };
    this.#byName.set(name, family);
    return { family, role: "value" };
  }

  /** Adds to the place; returns the point, or why the page is refused. */
  add({ family, role }: Place, { labelsAt, value }: TextSample): Point | string {
    family.type ??= "unknown";
    const part = partLabel(family);
    if (part === undefined) {
      const point = { labelsAt, timestampMs: Number.NaN, value, distribution: undefined, states: undefined };
      family.points.push(point);
      return point;
    }
    const bound = this.#bound(labelsAt, part);
    if (typeof bound === "string") return bound;
    const point = this.#pointOf(family, labelsAt, part);
    const distribution = point.distribution as Distribution;
    if (role === "sum") {
      distribution.sum = value;
      return point;
    }
    const isSummary = part === "quantile";
    const isIgnored = role === "value" && Number.isNaN(bound);
    if (!isSummary && !isIgnored && value < 0) return `negative count for the histogram "${family.name}"`;
    if (role === "count") distribution.count = isSummary ? Math.trunc(value) : value;
    else if (!isIgnored) distribution.cells.push(bound, value);
    return point;
  }

  #pointOf(family: TextFamily, labelsAt: number, part: string): Point {
    // A distribution's lines stand together: mostly the labels are those of the line before.
    const last = family.points.at(-1);
    if (last !== undefined && this.#labels.areAlike(labelsAt, last.labelsAt, part)) return last;
    const key = this.#labels.key(labelsAt, part);
    let point = family.byLabels.get(key);
    if (point === undefined) {
      const distribution = { count: 0, sum: 0, created: Number.NaN, cells: [] };
      point = { labelsAt, timestampMs: Number.NaN, value: Number.NaN, distribution, states: undefined };
      family.byLabels.set(key, point);
      family.points.push(point);
    }
    return point;
  }

  /** NaN: the sample has no such label, or it says NaN. */
  #bound(labelsAt: number, part: string): number | string {
    const text = this.#labels.value(labelsAt, part);
    if (text === undefined) return Number.NaN;
    return parseSampleFloat(text) ?? `the label "${part}" is not a number: ${JSON.stringify(text.slice(0, 100))}`;
  }
}

function hasPart({ type }: TextFamily, suffix: (typeof SUFFIXES)[number]): boolean {
  return type === "histogram" || type === "gaugehistogram" || (type === "summary" && suffix !== "_bucket");
}
