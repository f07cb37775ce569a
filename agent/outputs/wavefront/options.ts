// The options of outputs.wavefront and what is wrong with a set of them. Source: telegraf plugins/outputs/wavefront.

import {
  boolean,
  durationMs,
  integer,
  required,
  string,
  strings,
  table,
  type OptionProblem,
  type Options,
} from "../../config/options.ts";
import { httpClientOptions, httpClientProblems } from "../../core/http-client/http-client-options.ts";
import { hideCredentialsIn } from "../../core/http-client/url-text.ts";

const cspCredentials = {
  appId: string("app_id", "", "Not supported."),
  appSecret: string("app_secret", "", "Not supported."),
  orgId: string("org_id", "", "Not supported."),
};

export const wavefrontOptions = {
  url: required(string("url", "", `The proxy, "http://host:2878", or the service, "https://cluster.wavefront.com".`)),
  token: string("token", "", "API token of the service; a proxy needs none."),
  prefix: string("prefix", "", "Put in front of every metric's name."),
  simpleFields: boolean("simple_fields", false, "Put also the field `value` behind the name."),
  metricSeparator: string("metric_separator", ".", "Between name and field."),
  convertPaths: boolean("convert_paths", true, "Replace every _ of a name by metric_separator."),
  convertBool: boolean("convert_bool", true, "Send booleans as 1 and 0; false: leave them out."),
  httpMaximumBatchSize: integer("http_maximum_batch_size", 10_000, "The most lines in one request.", { min: 1 }),
  useRegex: boolean("use_regex", false, "Replace all but letters, digits and _ . - in names and tag keys."),
  useStrict: boolean("use_strict", false, "Let , and / stand in names and tag keys."),
  truncateTags: boolean("truncate_tags", false, "Cut tags to the 254 bytes that Wavefront takes."),
  immediateFlush: boolean("immediate_flush", true, "Accepted; every write is sent at once."),
  sendInternalMetrics: boolean("send_internal_metrics", true, "Accepted; no metrics about ourselves are sent."),
  sourceOverride: strings("source_override", [], "Tags that are the source, the first that a metric has."),
  authCspApiToken: string("auth_csp_api_token", "", "Not supported."),
  authCspBaseUrl: string("auth_csp_base_url", "https://console.cloud.vmware.com", "Not supported."),
  authCspClientCredentials: table("auth_csp_client_credentials", cspCredentials, "Not supported."),
  ...httpClientOptions,
  timeoutMs: durationMs("timeout", 10_000, "How long one request may take as a whole."),
};

export function wavefrontProblems(options: Options<typeof wavefrontOptions>): readonly OptionProblem[] {
  const problems = [...httpClientProblems(options)];
  const { url, token } = options;
  // A missing url is reported as such already.
  if (url !== "" && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) {
    const message = `url "${hideCredentialsIn(url)}" is not an http or https URL`;
    problems.push({ key: "url", message, remedy: `write "http://host:2878" or "https://cluster.wavefront.com"` });
  }
  if (/[\r\n]/.test(token)) {
    problems.push({ key: "token", message: "the token has a line end in it", remedy: "write it on one line" });
  }
  const csp = [
    ["auth_csp_api_token", options.authCspApiToken !== ""],
    ["auth_csp_client_credentials", options.authCspClientCredentials !== undefined],
  ] as const;
  for (const [key, isSet] of csp) {
    // As upstream: an API token wins.
    if (!isSet || token !== "") continue;
    const message = `${key}: the login of Cloud Services is not supported by this version`;
    problems.push({ key, message, remedy: "use an API token (token = …) or a Wavefront proxy" });
  }
  return problems;
}
