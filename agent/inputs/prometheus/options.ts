// The options of inputs.prometheus and what is wrong with a set of them. Source: telegraf plugins/inputs/prometheus.

import {
  boolean,
  choice,
  integer,
  sizeBytes,
  string,
  stringMap,
  strings,
  type OptionProblem,
  type Options,
} from "../../config/options.ts";
import { headerProblems } from "../../core/http-client/header-problems.ts";
import { httpClientOptions, httpClientProblems } from "../../core/http-client/http-client-options.ts";
import { hideCredentialsIn } from "../../core/http-client/url-text.ts";
import { discoveryOptions, discoveryProblems } from "./discovery-options.ts";

export const prometheusOptions = {
  urls: strings("urls", [], `Pages to read, as http://, https:// or "unix:///socket?path=/metrics".`),
  metricVersion: integer("metric_version", 1, "Layout of the metrics: 1 or 2; 0 is 1."),
  urlTag: string("url_tag", "url", "Tag for the page's URL, without user and password; empty: no such tag."),
  ignoreTimestamp: boolean("ignore_timestamp", false, "Give metrics the time of collection, not the page's."),
  contentTypeOverride: choice(
    "content_type_override",
    ["", "text", "openmetrics-text", "protobuf-delimiter", "protobuf-compact", "protobuf-text", "openmetrics-protobuf"],
    "",
    "Read pages as this format, whatever their Content-Type says.",
  ),
  contentLengthLimitBytes: sizeBytes(
    "content_length_limit",
    0,
    "Longer pages are passed over with a line in the log; 0: 64 MiB.",
  ),
  enableRequestMetrics: boolean(
    "enable_request_metrics",
    false,
    "Also emit prometheus_request: response_time in seconds and content_length in bytes.",
  ),
  bearerToken: string("bearer_token", "", "File with a bearer token; read at each collection."),
  bearerTokenString: string("bearer_token_string", "", "The bearer token itself."),
  username: string("username", "", "User for basic authentication."),
  password: string("password", "", "Password for basic authentication."),
  httpHeaders: stringMap("http_headers", "More headers; an entry named host sets the Host header."),
  ...httpClientOptions,
  ...discoveryOptions,
};

export type PrometheusOptions = Options<typeof prometheusOptions>;

const SCHEMES = new Set(["http:", "https:", "unix:"]);

export function prometheusProblems(options: PrometheusOptions): readonly OptionProblem[] {
  const problems = [
    ...options.urls.flatMap(urlProblems),
    ...headerProblems("http_headers", options.httpHeaders),
    ...httpClientProblems(options),
    ...discoveryProblems(options),
  ];
  if (options.metricVersion < 0 || options.metricVersion > 2) {
    const message = `metric_version = ${options.metricVersion} does not exist`;
    problems.push({ key: "metric_version", message, remedy: "use 1 or 2" });
  }
  if (options.contentTypeOverride.includes("protobuf")) {
    const message = `content_type_override "${options.contentTypeOverride}" is not supported by this version`;
    const remedy = `remove it, or write "text" or "openmetrics-text"`;
    problems.push({ key: "content_type_override", message, remedy });
  }
  return problems;
}

function urlProblems(text: string): readonly OptionProblem[] {
  const shown = hideCredentialsIn(text);
  const remedy = `write for instance "http://localhost:9100/metrics" or "unix:///run/app.sock?path=/metrics"`;
  if (!URL.canParse(text)) return [{ key: "urls", message: `"${shown}" is not a URL`, remedy }];
  const { protocol, pathname } = new URL(text);
  if (!SCHEMES.has(protocol)) {
    return [{ key: "urls", message: `unsupported scheme "${protocol.slice(0, -1)}" in "${shown}"`, remedy }];
  }
  if (protocol === "unix:" && pathname.length < 2) {
    return [{ key: "urls", message: `"${shown}" names no socket`, remedy }];
  }
  return [];
}
