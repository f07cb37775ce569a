// What a scraped page holds, before it becomes metrics: families of points. Label text stays in the page's bytes until a
// metric is made of it, so a page of 30,000 series costs one small object for each of them. Both text formats give this.

export type FamilyType =
  | "counter"
  | "gauge"
  | "unknown"
  | "summary"
  | "histogram"
  | "gaugehistogram"
  | "info"
  | "stateset";

/** A summary's or a histogram's parts. NaN: not on the page. */
export interface Distribution {
  count: number;
  sum: number;
  /** Seconds since 1970. */
  created: number;
  /** Flat: quantile, value, quantile, value, … or upper bound, cumulative count, … in the page's order. */
  readonly cells: number[];
}

export interface Point {
  /** Offset of the first byte behind the label block's `{`; -1: no labels. */
  readonly labelsAt: number;
  /** Milliseconds since 1970; NaN: the page says none. */
  timestampMs: number;
  /** Of the types that have one value. */
  value: number;
  readonly distribution: Distribution | undefined;
  /** Of a stateset: name of the state, whether it is on. */
  readonly states: Map<string, boolean> | undefined;
}

export interface Family {
  readonly name: string;
  /** undefined while neither a TYPE line nor a sample was seen. */
  type: FamilyType | undefined;
  unit: string;
  readonly points: Point[];
}

export interface Page {
  readonly format: "prometheus" | "openmetrics";
  readonly bytes: Buffer;
  readonly families: readonly Family[];
}

/** Why a page was refused as a whole; nothing of it may be used. */
export interface PageProblem {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

export type ParsedPage = { readonly page: Page } | { readonly problem: PageProblem };

/** The label that says which part of the family a sample is, and that is no tag. */
export function partLabel({ name, type }: Family): string | undefined {
  if (type === "summary") return "quantile";
  if (type === "histogram" || type === "gaugehistogram") return "le";
  return type === "stateset" ? name : undefined;
}
