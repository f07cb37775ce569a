// The kinds of a StatsD value, and the groups that are aggregated and emitted alike.

export const KINDS = ["g", "c", "s", "ms", "h", "d"] as const;
/** Index into KINDS: what the hot path carries. */
export const GAUGE = 0;
export const COUNTER = 1;
export const SET = 2;
export const TIMING = 3;
export const HISTOGRAM = 4;
export const DISTRIBUTION = 5;

/** The tag `metric_type`, by kind. */
export const METRIC_TYPES = ["gauge", "counter", "set", "timing", "histogram", "distribution"] as const;

/** Timings and histograms share one cache, so a series is known by its group, not by its kind. */
export const GROUP_OF_KIND = [GAUGE, COUNTER, SET, TIMING, TIMING, DISTRIBUTION] as const;
/** Order of emission, as Telegraf's. */
export const GROUPS = [DISTRIBUTION, TIMING, GAUGE, COUNTER, SET] as const;
export const GROUP_COUNT = 6;
