// The `[agent]` table. Source: telegraf config/config.go, AgentConfig.

import {
  boolean,
  choice,
  durationMs,
  durationNs,
  integer,
  sizeBytes,
  string,
  type OptionProblem,
  type Options,
} from "./options.ts";

export const agentOptions = {
  intervalMs: durationMs("interval", 10_000, "Default collection interval."),
  roundInterval: boolean("round_interval", true, "Collect at multiples of the interval."),
  metricBatchSize: integer("metric_batch_size", 1000, "Most metrics in one write (0: 1000).", { min: 0 }),
  metricBufferLimit: integer("metric_buffer_limit", 10_000, "Metrics each output keeps at most (0: 10000).", {
    min: 0,
  }),
  collectionJitterMs: durationMs("collection_jitter", 0, "Random delay before each collection."),
  collectionOffsetMs: durationMs("collection_offset", 0, "Fixed shift of the collection schedule."),
  flushIntervalMs: durationMs("flush_interval", 10_000, "Default flush interval of the outputs."),
  flushJitterMs: durationMs("flush_jitter", 0, "Random delay added to each flush."),
  precisionNs: durationNs("precision", 0n, "Timestamp rounding; 0: by the interval."),
  debug: boolean("debug", false, "Log debug messages."),
  quiet: boolean("quiet", false, "Log errors only."),
  logfile: string("logfile", "", "Log file; empty: standard error."),
  logformat: choice("logformat", ["text", "structured"], "text", "Form of the log lines."),
  structuredLogMessageKey: string("structured_log_message_key", "", 'Key of the message in structured lines ("msg").'),
  logfileRotationIntervalMs: durationMs("logfile_rotation_interval", 0, "Accepted; rotate with the platform's means."),
  logfileRotationMaxSizeBytes: sizeBytes("logfile_rotation_max_size", 0, "Accepted; rotate with the platform's means."),
  logfileRotationMaxArchives: integer("logfile_rotation_max_archives", 5, "Accepted; see logfile_rotation_interval."),
  logWithTimezone: string("log_with_timezone", "", "Accepted; the log is in UTC."),
  hostname: string("hostname", "", "Value of the tag `host`; empty: the machine's name."),
  omitHostname: boolean("omit_hostname", false, "Do not add the tag `host`."),
  snmpTranslator: string("snmp_translator", "", "Accepted, unused."),
  statefile: string("statefile", "", "Not supported yet."),
  alwaysIncludeLocalTags: boolean("always_include_local_tags", false, "Add plugin tags again after the tag filters."),
  alwaysIncludeGlobalTags: boolean("always_include_global_tags", false, "Add global tags again after the tag filters."),
  skipProcessorsAfterAggregators: boolean("skip_processors_after_aggregators", false, "One processor pass only."),
  skipProcessorsBeforeAggregators: boolean("skip_processors_before_aggregators", false, "Aggregate raw metrics."),
  bufferStrategy: choice("buffer_strategy", ["memory", "disk", "disk_write_through"], "memory", "Where buffers live."),
  bufferDirectory: string("buffer_directory", "", "Directory of disk buffers."),
  bufferDiskSync: boolean("buffer_disk_sync", true, "Sync disk buffers at each write."),
};

export type AgentOptions = Options<typeof agentOptions>;

/** What single keys cannot say, and what this version does not do. */
export function validateAgent(options: AgentOptions): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const refuse = (key: string, message: string, remedy: string) => problems.push({ key, message, remedy });
  if (options.intervalMs <= 0) refuse("interval", "the interval must be above 0", 'write for instance "10s"');
  if (options.flushIntervalMs <= 0)
    refuse("flush_interval", "the interval must be above 0", 'write for instance "10s"');
  if (options.collectionOffsetMs < 0)
    refuse("collection_offset", "the offset must not be negative", 'write "0s" or more');
  if (options.skipProcessorsAfterAggregators && options.skipProcessorsBeforeAggregators) {
    refuse(
      "skip_processors_before_aggregators",
      "both processor passes are switched off",
      "remove one of the two skips",
    );
  }
  if (options.bufferStrategy !== "memory") {
    refuse("buffer_strategy", `"${options.bufferStrategy}" is not supported by this version`, 'write "memory"');
  }
  if (options.statefile !== "") refuse("statefile", "a state file is not supported by this version", "remove it");
  return problems;
}
