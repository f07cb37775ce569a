// The options of outputs.influxdb and what is wrong with a set of them. Source: telegraf plugins/outputs/influxdb.

import {
  boolean,
  choice,
  durationMs,
  sizeBytes,
  string,
  stringMap,
  strings,
  type OptionProblem,
} from "../../config/options.ts";
import { tlsClientOptions, tlsClientProblems, type TlsClientOptions } from "../../core/http-client/tls-client.ts";
import { headerProblems } from "../../core/http-client/header-problems.ts";
import { hideCredentialsIn } from "../../core/http-client/url-text.ts";

export const influxdbOptions = {
  urls: strings("urls", ["http://localhost:8086"], "Servers of one cluster; each batch goes to one of them."),
  localAddress: string("local_address", "", "Address of this machine to connect from."),
  database: string("database", "telegraf", "The database to write to; created when missing."),
  databaseTag: string("database_tag", "", "Tag whose value names the database, where a metric has it."),
  excludeDatabaseTag: boolean("exclude_database_tag", false, "Do not write that tag."),
  retentionPolicy: string("retention_policy", "", "Retention policy to write to; empty: the database's default."),
  retentionPolicyTag: string("retention_policy_tag", "", "Tag whose value names the retention policy."),
  excludeRetentionPolicyTag: boolean("exclude_retention_policy_tag", false, "Do not write that tag."),
  skipDatabaseCreation: boolean("skip_database_creation", false, "Never send CREATE DATABASE."),
  writeConsistency: string("write_consistency", "", `For clusters: "any", "one", "quorum" or "all".`),
  timeoutMs: durationMs("timeout", 5000, "How long one request may take."),
  username: string("username", "", "User for basic authentication."),
  password: string("password", "", "Password for basic authentication."),
  userAgent: string("user_agent", "", "The User-Agent header; empty: name and version of this program."),
  udpPayloadBytes: sizeBytes("udp_payload", 512, "The longest datagram for udp:// URLs."),
  httpProxy: string("http_proxy", "", "URL of a proxy; empty: what the environment says."),
  httpHeaders: stringMap("http_headers", "More headers; an entry named host sets the Host header."),
  contentEncoding: choice("content_encoding", ["gzip", "identity"], "gzip", "How the request's body is encoded."),
  uintSupport: boolean("influx_uint_support", false, "Write unsigned integers with the suffix u instead of i."),
  omitTimestamp: boolean("influx_omit_timestamp", false, "Leave the timestamp out; the server sets it."),
  retryClientErrors: boolean(
    "retry_client_errors",
    false,
    "Keep and retry metrics answered with 401, 403 or 429 instead of dropping them (not in Telegraf).",
  ),
  ...tlsClientOptions,
};

const SCHEMES = new Set(["http:", "https:", "unix:", "udp:", "udp4:", "udp6:"]);

interface Checked extends TlsClientOptions {
  readonly urls: readonly string[];
  readonly localAddress: string;
  readonly httpProxy: string;
  readonly httpHeaders: ReadonlyMap<string, string>;
}

export function influxdbProblems(options: Checked): readonly OptionProblem[] {
  const problems = [...tlsClientProblems(options), ...options.urls.flatMap(urlProblems)];
  if (options.localAddress !== "" && splitLocalAddress(options.localAddress) === undefined) {
    const message = `local_address "${options.localAddress}" is not an address`;
    problems.push({ key: "local_address", message, remedy: `write an IP address, with or without a port: "10.0.0.7"` });
  }
  if (options.httpProxy !== "" && !URL.canParse(options.httpProxy)) {
    const remedy = "write a URL such as http://proxy.example:3128";
    problems.push({ key: "http_proxy", message: "http_proxy is not a URL", remedy });
  }
  problems.push(...headerProblems("http_headers", options.httpHeaders));
  return problems;
}

function urlProblems(text: string): readonly OptionProblem[] {
  const remedy = `write for instance "http://influxdb:8086", "unix:///run/influxdb.sock" or "udp://127.0.0.1:8089"`;
  if (!URL.canParse(text)) return [{ key: "urls", message: `error parsing url "${hideCredentialsIn(text)}"`, remedy }];
  const { protocol, port, hostname } = new URL(text);
  if (!SCHEMES.has(protocol)) {
    return [
      { key: "urls", message: `unsupported scheme "${protocol.slice(0, -1)}" in "${hideCredentialsIn(text)}"`, remedy },
    ];
  }
  if (protocol.startsWith("udp") && (port === "" || hostname === "")) {
    return [{ key: "urls", message: `"${hideCredentialsIn(text)}" has no host or no port`, remedy }];
  }
  return [];
}

/** `host`, `host:port` or `[v6]:port`; port 0: any. undefined for the empty string and for anything else. */
export function splitLocalAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text) ?? /^([0-9a-fA-F:.]+(?:%\w+)?)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  return host === undefined ? undefined : { host, port: Number(match?.[3] ?? 0) };
}
