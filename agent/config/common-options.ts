// The keys that every plugin accepts, by kind. Source: telegraf config/config.go (buildInput, buildOutput, …).

import {
  boolean,
  choice,
  goDurationMs,
  integer,
  string,
  stringMap,
  strings,
  stringsMap,
  type OptionProblem,
  type Options,
} from "./options.ts";

const LOG_LEVEL_CHOICES = ["error", "warn", "info", "debug", "trace", ""] as const;

const filterOptions = {
  namepass: strings("namepass", [], "Globs: only metrics with such a name pass."),
  namepassSeparator: string("namepass_separator", "", "Characters that one `*` or `?` of namepass does not cross."),
  namedrop: strings("namedrop", [], "Globs: metrics with such a name are dropped."),
  namedropSeparator: string("namedrop_separator", "", "Characters that one `*` or `?` of namedrop does not cross."),
  fieldinclude: strings("fieldinclude", [], "Globs: only such fields stay."),
  fieldexclude: strings("fieldexclude", [], "Globs: such fields go."),
  tagpass: stringsMap("tagpass", "Tag to globs: a metric passes when any listed tag matches."),
  tagdrop: stringsMap("tagdrop", "Tag to globs: a metric is dropped when any listed tag matches."),
  taginclude: strings("taginclude", [], "Globs: only such tags stay."),
  tagexclude: strings("tagexclude", [], "Globs: such tags go."),
  metricpass: string("metricpass", "", "CEL expression over name, tags, fields and time (not supported yet)."),
};

const everyPlugin = {
  alias: string("alias", "", "Name of this instance in logs and self-statistics."),
  logLevel: choice("log_level", LOG_LEVEL_CHOICES, "", "Log level of this instance."),
  labels: stringMap("labels", "Labels for --select."),
  id: string("id", "", "Accepted, unused."),
  ...filterOptions,
};

const rename = {
  nameOverride: string("name_override", "", "Replaces the metric's name."),
  namePrefix: string("name_prefix", "", "Put in front of the metric's name."),
  nameSuffix: string("name_suffix", "", "Put behind the metric's name."),
};

const startup = {
  startupErrorBehavior: choice(
    "startup_error_behavior",
    ["error", "retry", "ignore", "probe"],
    "error",
    "What a failing start does: error ends the agent, retry tries again, ignore drops the plugin.",
  ),
};

const buffering = {
  metricBatchSize: integer("metric_batch_size", 0, "Metrics per write; 0: the agent's.", { min: 0 }),
  metricBufferLimit: integer("metric_buffer_limit", 0, "Metrics kept while the destination is away; 0: the agent's.", {
    min: 0,
  }),
  bufferStrategy: choice(
    "buffer_strategy",
    ["memory", "disk", "disk_write_through", ""],
    "",
    "Where the buffer lives.",
  ),
  bufferDirectory: string("buffer_directory", "", "Directory of disk buffers."),
};

export const inputCommon = {
  ...everyPlugin,
  ...rename,
  ...startup,
  intervalMs: goDurationMs("interval", "Collection interval of this instance."),
  precisionMs: goDurationMs("precision", "Timestamp rounding of this instance."),
  collectionJitterMs: goDurationMs("collection_jitter", "Random delay before each collection."),
  collectionOffsetMs: goDurationMs("collection_offset", "Fixed shift of the collection schedule."),
  timeSource: choice(
    "time_source",
    ["metric", "collection_start", "collection_end", "receive_time"],
    "metric",
    "Where timestamps come from.",
  ),
  tags: stringMap("tags", "Tags added where the metric has none of that name."),
  alwaysIncludeLocalTags: boolean("always_include_local_tags", false, "Add `tags` again after the tag filters."),
  alwaysIncludeGlobalTags: boolean("always_include_global_tags", false, "Add global tags again after the tag filters."),
};

export const outputCommon = {
  ...everyPlugin,
  ...rename,
  ...startup,
  ...buffering,
  flushIntervalMs: goDurationMs("flush_interval", "Flush interval of this instance."),
  flushJitterMs: goDurationMs("flush_jitter", "Random delay added to each flush."),
};

export const processorCommon = {
  ...everyPlugin,
  order: integer("order", 0, "Position among the processors; equal ones keep the file's order."),
};

export const aggregatorCommon = {
  ...everyPlugin,
  ...rename,
  periodMs: goDurationMs("period", "Window length (30s)."),
  delayMs: goDurationMs("delay", "How long after the window its metrics may arrive (100ms)."),
  graceMs: goDurationMs("grace", "How old metrics may be (0s)."),
  dropOriginal: boolean("drop_original", false, "The metrics that were aggregated go no further."),
  tags: stringMap("tags", "Tags added where the metric has none of that name."),
};

export const commonOptions = {
  inputs: inputCommon,
  outputs: outputCommon,
  processors: processorCommon,
  aggregators: aggregatorCommon,
};

export type InputCommon = Options<typeof inputCommon>;
export type OutputCommon = Options<typeof outputCommon>;
export type ProcessorCommon = Options<typeof processorCommon>;
export type AggregatorCommon = Options<typeof aggregatorCommon>;
export type FilterOptions = Options<typeof filterOptions>;

/** What the agent understands but does not do yet is refused at load, never ignored. */
export function validateCommon(options: Partial<Pick<OutputCommon, "metricpass" | "bufferStrategy">>): OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (options.metricpass) {
    problems.push({
      key: "metricpass",
      message: "metricpass (a CEL expression) is not supported by this version",
      remedy: "use namepass, tagpass or their counterparts",
    });
  }
  if (options.bufferStrategy && options.bufferStrategy !== "memory") {
    problems.push({
      key: "buffer_strategy",
      message: `buffer_strategy "${options.bufferStrategy}" is not supported by this version`,
      remedy: `remove it or write "memory"`,
    });
  }
  return problems;
}
