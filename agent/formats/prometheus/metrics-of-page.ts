// A page to metrics, in Telegraf's two layouts. Lazy: one metric at a time, so that a big page never exists twice.
// Source: telegraf plugins/parsers/prometheus and openmetrics, metric_v1.go and metric_v2.go (1.39.3).

import { Metric, Unsigned, type FieldValue, type ValueType } from "../../core/metric.ts";
import { goFloatShort } from "../go-float.ts";
import { LabelReader } from "./label-reader.ts";
import { partLabel, type Distribution, type Family, type FamilyType, type Page, type Point } from "./page.ts";

export interface PageMapping {
  /** 1: a measurement for each family. 2: one measurement, a field for each family. */
  readonly version: 1 | 2;
  readonly nowNs: bigint;
  readonly ignoreTimestamp: boolean;
}

const VALUE_TYPES: Readonly<Record<FamilyType, ValueType>> = {
  counter: "counter",
  gauge: "gauge",
  unknown: "untyped",
  summary: "summary",
  histogram: "histogram",
  gaugehistogram: "histogram",
  info: "untyped",
  stateset: "untyped",
};

export function* metricsOfPage(page: Page, mapping: PageMapping): Generator<Metric, void, undefined> {
  const labels = new LabelReader(page.bytes);
  const shared = page.format === "prometheus" ? "prometheus" : "openmetric";
  for (const family of page.families) {
    const { name, type = "unknown" } = family;
    const measurement = mapping.version === 1 ? name : shared;
    const without = partLabel(family);
    for (const point of family.points) {
      const base = new Metric(measurement, timeOf(point, mapping), VALUE_TYPES[type]);
      labels.forEach(point.labelsAt, (label, value) => {
        if (value !== "" && label !== without) base.setTag(label, value);
      });
      if (family.unit !== "") base.setTag("unit", family.unit);
      yield* mapping.version === 1 ? asVersion1(base, family, point) : asVersion2(base, family, point);
    }
  }
}

function timeOf({ timestampMs }: Point, { nowNs, ignoreTimestamp }: PageMapping): bigint {
  if (ignoreTimestamp || Number.isNaN(timestampMs)) return nowNs;
  // Times beyond the year 2262 wrap round, as they do in Go.
  return BigInt.asIntN(64, BigInt(timestampMs) * 1_000_000n);
}

const SIMPLE_FIELD: Readonly<Partial<Record<FamilyType, string>>> = { counter: "counter", gauge: "gauge" };

function* asVersion1(base: Metric, family: Family, { value, distribution, states }: Point): Generator<Metric> {
  if (distribution !== undefined) {
    setParts(base, distribution, "");
    const { cells } = distribution;
    for (let i = 0; i < cells.length; i += 2) set(base, boundText(cells[i] as number), cells[i + 1] as number);
  } else if (states !== undefined) {
    for (const [state, enabled] of states) base.setField(stateName(state), enabled);
  } else if (family.type === "info") {
    base.setField("info", new Unsigned(1n));
  } else {
    set(base, SIMPLE_FIELD[family.type ?? "unknown"] ?? "value", value);
  }
  if (base.fieldCount > 0) yield base;
}

function* asVersion2(base: Metric, family: Family, { value, distribution, states }: Point): Generator<Metric> {
  const { name, type } = family;
  if (distribution !== undefined) {
    yield* distributionVersion2(base, family, distribution);
  } else if (states !== undefined) {
    for (const [state, enabled] of states) yield base.copy().setField(`${name}_${stateName(state)}`, enabled);
  } else if (type === "info") {
    yield base.setField(`${name}_info`, new Unsigned(1n));
  } else if (!Number.isNaN(value)) {
    yield base.setField(name, value);
  }
}

function* distributionVersion2(base: Metric, family: Family, distribution: Distribution): Generator<Metric> {
  const { name } = family;
  const isSummary = family.type === "summary";
  const [tag, field] = isSummary ? ["quantile", name] : ["le", `${name}_bucket`];
  const overall = base.copy();
  setParts(overall, distribution, `${name}_`);
  if (overall.fieldCount > 0) yield overall;
  const { cells, count } = distribution;
  let hasInfinite = false;
  for (let i = 0; i < cells.length; i += 2) {
    const bound = cells[i] as number;
    const value = cells[i + 1] as number;
    hasInfinite ||= bound === Infinity;
    if (!Number.isNaN(value)) yield base.copy().setTag(tag, boundText(bound)).setField(field, value);
  }
  if (!isSummary && !hasInfinite && !Number.isNaN(count)) yield base.copy().setTag(tag, "+Inf").setField(field, count);
}

function setParts(metric: Metric, { count, sum, created }: Distribution, prefix: string): void {
  set(metric, `${prefix}count`, count);
  set(metric, `${prefix}sum`, sum);
  set(metric, `${prefix}created`, created);
}

/** NaN says "no value here", and no destination can store it. */
function set(metric: Metric, key: string, value: FieldValue): void {
  if (typeof value !== "number" || !Number.isNaN(value)) metric.setField(key, value);
}

function stateName(state: string): string {
  return state.replaceAll(" ", "_");
}

/** Bounds repeat with each series of a family, and families share them. */
const boundTexts = new Map<number, string>();
const MOST_BOUNDS = 1000;

function boundText(bound: number): string {
  // A Map takes -0 for 0; Go writes them differently.
  if (bound === 0) return goFloatShort(bound);
  let text = boundTexts.get(bound);
  if (text === undefined) {
    text = goFloatShort(bound);
    if (boundTexts.size < MOST_BOUNDS) boundTexts.set(bound, text);
  }
  return text;
}
