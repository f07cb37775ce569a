// The families of an OpenMetrics page while it is read. Unlike in the classic format, a family's lines stand together and
// a series' lines stand together, so only the last ones are looked at.
// Source: telegraf plugins/parsers/openmetrics/textparse.go (1.39.3); README.md of inputs.prometheus says what differs.

import type { LabelReader } from "./label-reader.ts";
import { partLabel, type Distribution, type Family, type FamilyType, type Point } from "./page.ts";
import { parseSampleFloat } from "./sample-number.ts";

export interface OpenMetricsSample {
  readonly name: string;
  readonly labelsAt: number;
  readonly value: number;
  /** NaN: none. */
  readonly timestampMs: number;
}

/** What may follow the family's name in a sample's name. The classic names of parts are taken as well. */
const PARTS: Readonly<Record<FamilyType, ReadonlySet<string>>> = {
  counter: new Set(["", "_total", "_created"]),
  gauge: new Set([""]),
  unknown: new Set([""]),
  summary: new Set(["", "_count", "_sum", "_created"]),
  histogram: new Set(["_bucket", "_count", "_sum", "_created"]),
  gaugehistogram: new Set(["_bucket", "_gcount", "_gsum", "_count", "_sum", "_created"]),
  info: new Set(["", "_info"]),
  stateset: new Set([""]),
};

export class OpenMetricsFamilies {
  readonly all: Family[] = [];
  readonly #labels: LabelReader;
  #current: Family | undefined;
  #point: Point | undefined;

  constructor(labels: LabelReader) {
    this.#labels = labels;
  }

  setType(name: string, type: FamilyType): void {
    const family = this.#named(name);
    // Said too late for the samples above: they keep the type they were read with.
    if (family.points.length > 0 && family.type !== type) this.#open(name).type = type;
    else family.type = type;
  }

  setUnit(name: string, unit: string): void {
    this.#named(name).unit = unit;
  }

  help(name: string): void {
    this.#named(name);
  }

  add(sample: OpenMetricsSample): void {
    const family = this.#familyOf(sample.name);
    const { type = "unknown" } = family;
    const part = sample.name.slice(family.name.length);
    const point = this.#pointOf(family, sample);
    if (type === "stateset") {
      point.states?.set(this.#labels.value(sample.labelsAt, family.name) ?? "", sample.value > 0);
    } else if (point.distribution !== undefined) {
      this.#addPart(family, point.distribution, { ...sample, part });
    } else if (part !== "_created") {
      point.value = sample.value;
    }
  }

  /** Only a family's own samples join it; Telegraf would store a stray sample under the name of the family above it. */
  #familyOf(sampleName: string): Family {
    const current = this.#current;
    const isOwn =
      current !== undefined &&
      sampleName.startsWith(current.name) &&
      PARTS[current.type ?? "unknown"].has(sampleName.slice(current.name.length));
    const family = isOwn ? current : this.#open(sampleName);
    family.type ??= "unknown";
    return family;
  }

  #named(name: string): Family {
    return this.#current?.name === name ? this.#current : this.#open(name);
  }

  #open(name: string): Family {
    const family: Family = { name, type: undefined, unit: "", points: [] };
    this.#current = family;
    this.#point = undefined;
    this.all.push(family);
    return family;
  }

  /** The last point when labels and time are the same, a new one otherwise. */
  #pointOf(family: Family, { labelsAt, timestampMs }: OpenMetricsSample): Point {
    const last = this.#point;
    if (last !== undefined && Object.is(last.timestampMs, timestampMs)) {
      if (this.#labels.areAlike(labelsAt, last.labelsAt, partLabel(family))) return last;
    }
    const { type } = family;
    const isDistribution = type === "summary" || type === "histogram" || type === "gaugehistogram";
    const point: Point = {
      labelsAt,
      timestampMs,
      value: Number.NaN,
      distribution: isDistribution ? { count: 0, sum: Number.NaN, created: Number.NaN, cells: [] } : undefined,
      states: type === "stateset" ? new Map() : undefined,
    };
    family.points.push(point);
    this.#point = point;
    return point;
  }

  #addPart(
    family: Family,
    distribution: Distribution,
    { labelsAt, value, part }: OpenMetricsSample & { readonly part: string },
  ): void {
    if (part === "_sum" || part === "_gsum") distribution.sum = value;
    else if (part === "_count" || part === "_gcount") distribution.count = Math.trunc(value);
    else if (part === "_created") distribution.created = createdSeconds(value);
    else {
      const bound = parseSampleFloat(this.#labels.value(labelsAt, partLabel(family) ?? "") ?? "") ?? Number.NaN;
      distribution.cells.push(bound, part === "_bucket" ? Math.trunc(value) : value);
    }
  }
}

/** As Go computes it: whole nanoseconds, then seconds again. */
function createdSeconds(value: number): number {
  const ns = Math.trunc(value * 1e9);
  if (!Number.isFinite(ns)) return Number.NaN;
  const exact = BigInt(ns);
  return Number(exact / 1_000_000_000n) + Number(exact % 1_000_000_000n) / 1e9;
}
