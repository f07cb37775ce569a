// A catalog for the tests of this folder: the names and some keys of real plugins, no code behind them.

import type { Catalog, PluginKind, PluginSchema } from "./config.ts";
import {
  boolean,
  durationMs,
  integer,
  numbers,
  required,
  string,
  stringMap,
  strings,
  table,
  type OptionProblem,
  type Options,
  type OptionTable,
} from "./options.ts";

function plugin<T extends OptionTable>(
  kind: PluginKind,
  name: string,
  options: T,
  validate?: (options: Options<T>) => readonly OptionProblem[],
): PluginSchema {
  return validate === undefined ? { kind, name, options } : { kind, name, options, validate };
}

const statsd = {
  protocol: string("protocol", "udp", "Transport."),
  serviceAddress: string("service_address", ":8125", "Where to listen."),
  maxTcpConnections: integer("max_tcp_connections", 250, "Connections."),
  tcpKeepAlive: boolean("tcp_keep_alive", false, "Keep-alive."),
  deleteGauges: boolean("delete_gauges", true, "Forget gauges."),
  deleteCounters: boolean("delete_counters", true, "Forget counters."),
  deleteSets: boolean("delete_sets", true, "Forget sets."),
  deleteTimings: boolean("delete_timings", true, "Forget timings."),
  percentiles: numbers("percentiles", [], "Percentiles."),
  metricSeparator: string("metric_separator", "_", "Separator."),
  datadogExtensions: boolean("datadog_extensions", false, "Tags."),
  templates: strings("templates", [], "Templates."),
  allowedPendingMessages: integer("allowed_pending_messages", 10_000, "Queue."),
  percentileLimit: integer("percentile_limit", 1000, "Limit."),
  maxTtlMs: durationMs("max_ttl", 0, "Time to live."),
};

const wavefront = {
  url: string("url", "", "Proxy or server."),
  metricSeparator: string("metric_separator", ".", "Separator."),
  sourceOverride: strings("source_override", [], "Tags that name the source."),
  convertPaths: boolean("convert_paths", true, "Paths."),
  useRegex: boolean("use_regex", false, "Regex."),
};

const influxdb = {
  urls: strings("urls", [], "Servers."),
  database: string("database", "telegraf", "Database."),
  writeConsistency: string("write_consistency", "any", "Consistency."),
  timeoutMs: durationMs("timeout", 5000, "Timeout."),
  username: string("username", "", "User."),
  password: string("password", "", "Password."),
  tlsCa: string("tls_ca", "", "CA."),
  httpHeaders: stringMap("http_headers", "Headers."),
};

function validateWavefront({ url }: Options<typeof wavefront>): OptionProblem[] {
  if (/^https?:\/\/[\w.-]+(?::\d+)?$/.test(url)) return [];
  return [{ key: "url", message: `"${url}" is not a URL`, remedy: "write http://host:2878" }];
}

const plugins: readonly PluginSchema[] = [
  plugin("inputs", "statsd", statsd),
  plugin("inputs", "cpu", {
    percpu: boolean("percpu", true, "Each."),
    totalcpu: boolean("totalcpu", true, "All."),
    collectCpuTime: boolean("collect_cpu_time", false, "Time."),
    reportActive: boolean("report_active", false, "Active."),
  }),
  plugin("inputs", "disk", {
    mountPoints: strings("mount_points", [], "Only these."),
    ignoreFs: strings("ignore_fs", [], "Not these."),
  }),
  ...["diskio", "kernel", "mem", "processes", "swap", "system"].map((name) => plugin("inputs", name, {})),
  plugin("inputs", "docker", {
    endpoint: string("endpoint", "", "Socket."),
    containerNameInclude: strings("container_name_include", [], "Names."),
    perdeviceInclude: strings("perdevice_include", ["cpu"], "Classes."),
    totalInclude: strings("total_include", ["cpu", "blkio", "network"], "Classes."),
  }),
  plugin("inputs", "kubernetes", { url: string("url", "", "Kubelet.") }),
  plugin("inputs", "prometheus", {
    urls: strings("urls", [], "Pages."),
    retry: table("retry", { count: required(integer("count", undefined, "How often.")) }, "Retries."),
  }),
  plugin("inputs", "influxdb_listener", { serviceAddress: string("service_address", ":8186", "Where to listen.") }),
  plugin("inputs", "http_listener_v2", {
    serviceAddress: string("service_address", "tcp://:8080", "Where to listen."),
    paths: strings("paths", ["/telegraf"], "Paths."),
  }),
  plugin("inputs", "socket_listener", {
    serviceAddress: required(string("service_address", undefined, "Where to listen.")),
    maxConnections: integer("max_connections", 0, "Connections."),
    readBufferSize: integer("read_buffer_size", 0, "Buffer."),
  }),
  plugin("inputs", "exec", {
    commands: strings("commands", [], "Programs."),
    timeoutMs: durationMs("timeout", 5000, "Timeout."),
    dataFormat: string("data_format", "influx", "Format."),
  }),
  plugin("inputs", "net", {
    interfaces: strings("interfaces", [], "Only these."),
    ignoreProtocolStats: boolean("ignore_protocol_stats", false, "Old, and declared."),
  }),
  plugin("inputs", "mock", {}),
  plugin("processors", "rename", {}),
  plugin("processors", "override", {}),
  plugin("aggregators", "minmax", {}),
  plugin("outputs", "wavefront", wavefront, validateWavefront),
  plugin("outputs", "influxdb", influxdb),
  plugin("outputs", "file", { files: strings("files", ["stdout"], "Where.") }),
  plugin("outputs", "kafka", {
    tlsCa: string("tls_ca", "", "CA."),
    tlsCert: string("tls_cert", "", "Certificate."),
    tlsKey: string("tls_key", "", "Key."),
  }),
];

export const testCatalog: Catalog = {
  load: (kind, name) => Promise.resolve(plugins.find((entry) => entry.kind === kind && entry.name === name)),
  names: (kind) => plugins.filter((entry) => entry.kind === kind).map((entry) => entry.name),
};
