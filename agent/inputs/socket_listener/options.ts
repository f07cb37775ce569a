// The options of inputs.socket_listener and what single ones cannot say.
// Source: telegraf plugins/inputs/socket_listener and plugins/common/socket (1.39.3).

import { influxParserOptions, validateInfluxParser } from "../../config/influx-options.ts";
import {
  choice,
  durationMs,
  integer,
  required,
  sizeBytes,
  string,
  strings,
  type OptionProblem,
  type Options,
} from "../../config/options.ts";
import { sourceProblems } from "./allowed-sources.ts";
import { parseServiceAddress } from "./service-address.ts";
import { splittingOptions, splittingProblems } from "./splitting.ts";
import { tlsProblems, tlsServerOptions, tlsWanted } from "./tls-server.ts";
import { isSocketMode } from "./unix-socket.ts";

const ADDRESS_DOC = 'Where to listen: "udp://:8094", "tcp://localhost:8094", "unix:///run/agent.sock".';
const BUFFER_DOC = "UDP: receive buffer (0: 4 MiB). Streams: longest message, if above 64 KiB.";

/** All that the key, which every input has, may say; this input gives one of them a meaning of its own. */
const TIME_SOURCES = ["metric", "collection_start", "collection_end", "receive_time"] as const;

export const socketListenerOptions = {
  serviceAddress: required(string("service_address", undefined, ADDRESS_DOC)),
  socketMode: string("socket_mode", "", 'Permissions of the unix socket in octal, for instance "660".'),
  maxConnections: integer("max_connections", 0, "Most connections at a time; 0: no limit.", { min: 0 }),
  readTimeoutMs: durationMs("read_timeout", 0, "A connection that is silent for so long is closed; 0: never."),
  readBufferBytes: sizeBytes("read_buffer_size", 0, BUFFER_DOC),
  keepAlivePeriodMs: durationMs("keep_alive_period", undefined, "Time between TCP keep-alive probes; 0: none."),
  contentEncoding: string("content_encoding", "identity", '"identity" or "gzip".'),
  maxDecompressionBytes: sizeBytes("max_decompression_size", 500 * 1024 ** 2, "Longest datagram after decompression."),
  maxParallelParsers: integer("max_parallel_parsers", 1, "Accepted; messages are parsed in their order."),
  allowedSources: strings("allowed_sources", [], "IP addresses that may send; empty: all."),
  multicastSource: string("multicast_source", "", "Not supported yet."),
  timeSource: choice("time_source", TIME_SOURCES, "metric", '"receive_time": metrics get the time they arrived at.'),
  ...splittingOptions,
  ...tlsServerOptions,
  dataFormat: string("data_format", "influx", 'Format of the messages: "influx" (line protocol).'),
  ...influxParserOptions,
};

type SocketListenerOptions = Options<typeof socketListenerOptions>;

export function socketListenerProblems(options: SocketListenerOptions): OptionProblem[] {
  return [
    ...addressProblems(options),
    ...sourceProblems(options.allowedSources),
    ...splittingProblems(options),
    ...tlsProblems(options),
    ...validateInfluxParser(options),
    ...supportProblems(options),
  ];
}

function addressProblems(options: SocketListenerOptions): OptionProblem[] {
  // A missing one is reported as such already.
  const text: string | undefined = options.serviceAddress;
  if (text === undefined) return [];
  const address = parseServiceAddress(text);
  if ("message" in address) return [{ key: "service_address", ...address }];
  if (address.kind !== "udp" || !tlsWanted(options)) return [];
  return [
    { key: "tls_cert", message: "TLS does not work over UDP", remedy: 'use "tcp://", or remove the tls_ options' },
  ];
}

function supportProblems(options: SocketListenerOptions): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const refuse = (key: string, message: string, remedy: string) => problems.push({ key, message, remedy });
  const { contentEncoding, dataFormat, socketMode } = options;
  if (!["", "identity", "gzip"].includes(contentEncoding)) {
    refuse("content_encoding", `content_encoding "${contentEncoding}" is not supported`, 'use "identity" or "gzip"');
  }
  if (dataFormat !== "" && dataFormat !== "influx") {
    refuse("data_format", `data_format "${dataFormat}" is not supported by this input`, 'use "influx"');
  }
  if (options.multicastSource !== "") {
    refuse("multicast_source", "multicast is not supported by this version", "remove multicast_source");
  }
  if (!isSocketMode(socketMode)) {
    refuse("socket_mode", `socket_mode "${socketMode}" is not an octal mode`, 'write for instance "660"');
  }
  return problems;
}
