// The options of inputs.statsd, with Telegraf's names and defaults, and what single options cannot say.

import {
  boolean,
  durationMs,
  integer,
  numbers,
  string,
  strings,
  type OptionProblem,
  type Options,
} from "../../config/options.ts";
import { listenPlan } from "../../core/listen-address.ts";
import { TemplateEngine } from "../../formats/graphite/template.ts";

export const STATSD_OPTIONS = {
  protocol: string(
    "protocol",
    "udp",
    "udp, udp4, udp6 or tcp; like Telegraf, all that does not begin with udp is TCP.",
  ),
  serviceAddress: string(
    "service_address",
    ":8125",
    "Where to listen, as host:port; localhost is both loopback families.",
  ),
  maxTcpConnections: integer("max_tcp_connections", 250, "More TCP connections are closed at once.", { min: 0 }),
  tcpKeepAlive: boolean("tcp_keep_alive", false, "Send keep-alive probes on TCP connections."),
  tcpKeepAlivePeriodMs: durationMs(
    "tcp_keep_alive_period",
    undefined,
    "Time before the first probe, else the system's.",
  ),
  deleteGauges: boolean("delete_gauges", true, "Forget gauges after each interval."),
  deleteCounters: boolean("delete_counters", true, "Start counters at 0 in each interval."),
  deleteSets: boolean("delete_sets", true, "Empty sets after each interval."),
  deleteTimings: boolean("delete_timings", true, "Start timings and histograms anew in each interval."),
  percentiles: numbers("percentiles", [], "Percentiles of timings and histograms, each a field of its own."),
  percentileLimit: integer("percentile_limit", 0, "Values kept per timing series for percentiles; 0 is 1000."),
  metricSeparator: string("metric_separator", "_", "Joins the parts of a bucket name."),
  templates: strings("templates", [], "Graphite templates: [separator] [filter] template [tag=value,…]."),
  datadogExtensions: boolean("datadog_extensions", false, "DogStatsD: tags, packed values, events, service checks."),
  datadogDistributions: boolean("datadog_distributions", false, "Emit type d; needs datadog_extensions."),
  datadogKeepContainerTag: boolean("datadog_keep_container_tag", false, "Keep the container id as tag container."),
  convertNames: boolean("convert_names", false, "In names, . becomes _ and - becomes __."),
  sanitizeNameMethod: string("sanitize_name_method", "", `"upstream" cleans names as the original StatsD daemon does.`),
  floatCounters: boolean("float_counters", false, "Emit counters as floats."),
  floatTimings: boolean("float_timings", false, "Emit the count of timings as float."),
  floatSets: boolean("float_sets", false, "Emit the size of sets as float."),
  aggregationTemporality: boolean(
    "enable_aggregation_temporality",
    false,
    "Add the field start_time, and to counters the tag temporality.",
  ),
  maxTtlMs: durationMs(
    "max_ttl",
    0,
    "Forget series that are kept between intervals when they are silent for this long.",
  ),
  allowedPendingMessages: integer(
    "allowed_pending_messages",
    10_000,
    "No effect: messages are parsed when they are read.",
  ),
  workerThreads: integer("number_workers_threads", 5, "No effect: one thread keeps the order of arrival."),
  readBufferSizeBytes: integer("read_buffer_size", 0, "Receive buffer of the UDP socket; 0 asks for 4 MiB.", {
    min: 0,
  }),
} as const;

export type StatsdOptions = Options<typeof STATSD_OPTIONS>;

export function validateStatsd(options: StatsdOptions): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (listenPlan(options.serviceAddress, listenFamily(options.protocol)) === undefined) {
    const message = `"${options.serviceAddress}" is not host:port`;
    problems.push({ key: "service_address", message, remedy: `write for instance ":8125" or "127.0.0.1:8125"` });
  }
  try {
    templateEngine(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems.push({ key: "templates", message, remedy: "correct the entry" });
  }
  return problems;
}

export function isUdp(protocol: string): boolean {
  return protocol.startsWith("udp");
}

/** undefined: both. Telegraf looks at the family of UDP only. */
export function listenFamily(protocol: string): 4 | 6 | undefined {
  if (!isUdp(protocol)) return undefined;
  return protocol.endsWith("4") ? 4 : protocol.endsWith("6") ? 6 : undefined;
}

/** Throws for a bad template. */
export function templateEngine(options: StatsdOptions): TemplateEngine {
  return new TemplateEngine(options.templates, separatorOf(options));
}

function separatorOf(options: StatsdOptions): string {
  return options.metricSeparator === "" ? "_" : options.metricSeparator;
}
