// The options that every plugin with an HTTP client has, and the settings they give. Source: telegraf
// plugins/common/http/config.go. OAuth2 and cookie logins are understood and refused.

import type { ConnectionOptions } from "node:tls";
import {
  boolean,
  durationMs,
  integer,
  string,
  stringMap,
  strings,
  type OptionProblem,
  type Options,
} from "../../config/options.ts";
import { tlsClientOptions, tlsClientProblems } from "./tls-client.ts";
import type { HttpClientSettings } from "./http-client.ts";

const loginOptions = {
  clientId: string("client_id", "", "OAuth2; not supported."),
  clientSecret: string("client_secret", "", "OAuth2; not supported."),
  tokenUrl: string("token_url", "", "OAuth2; not supported."),
  audience: string("audience", "", "OAuth2; not supported."),
  scopes: strings("scopes", [], "OAuth2; not supported."),
  cookieAuthUrl: string("cookie_auth_url", "", "Cookie login; not supported."),
  cookieAuthMethod: string("cookie_auth_method", "POST", "Cookie login; not supported."),
  cookieAuthUsername: string("cookie_auth_username", "", "Cookie login; not supported."),
  cookieAuthPassword: string("cookie_auth_password", "", "Cookie login; not supported."),
  cookieAuthHeaders: stringMap("cookie_auth_headers", "Cookie login; not supported."),
  cookieAuthBody: string("cookie_auth_body", "", "Cookie login; not supported."),
  cookieAuthRenewalMs: durationMs("cookie_auth_renewal", 0, "Cookie login; not supported."),
};

export const httpClientOptions = {
  timeoutMs: durationMs("timeout", 5000, "How long one request may take as a whole."),
  idleConnTimeoutMs: durationMs("idle_conn_timeout", 0, "How long an unused connection stays open; 0: no limit."),
  maxIdleConn: integer("max_idle_conn", 0, "Accepted; there is one connection for each URL.", { min: 0 }),
  maxIdleConnPerHost: integer("max_idle_conn_per_host", 0, "Accepted; there is one connection for each URL.", {
    min: 0,
  }),
  responseTimeoutMs: durationMs("response_timeout", 0, "Accepted; timeout covers the whole request."),
  localAddress: string("local_address", "", "Address of this machine to connect from."),
  useSystemProxy: boolean("use_system_proxy", false, "Use the proxy that the environment names."),
  httpProxyUrl: string("http_proxy_url", "", "URL of the proxy to use."),
  ...tlsClientOptions,
  ...loginOptions,
};

export type HttpClientOptions = Options<typeof httpClientOptions>;

export function httpClientProblems(options: HttpClientOptions): readonly OptionProblem[] {
  const problems = [...tlsClientProblems(options)];
  const logins = [
    ["client_id", options.clientId],
    ["token_url", options.tokenUrl],
    ["cookie_auth_url", options.cookieAuthUrl],
  ] as const;
  for (const [key, value] of logins) {
    if (value === "") continue;
    const message = `${key}: this way to log in is not supported by this version`;
    problems.push({ key, message, remedy: "remove it; use a token or a password where the plugin has one" });
  }
  if (options.httpProxyUrl !== "" && !URL.canParse(options.httpProxyUrl)) {
    const remedy = "write a URL such as http://proxy.example:3128";
    problems.push({ key: "http_proxy_url", message: "http_proxy_url is not a URL", remedy });
  }
  return problems;
}

/** `tls` is what loadTlsClient returned. */
export function httpClientSettings(
  options: HttpClientOptions,
  tls: ConnectionOptions,
): Omit<HttpClientSettings, "url" | "signal"> {
  const proxy = options.useSystemProxy ? "system" : options.httpProxyUrl;
  return {
    // As upstream: 0 is not "for ever" but the default.
    timeoutMs: options.timeoutMs || 5000,
    idleTimeoutMs: options.idleConnTimeoutMs,
    tls,
    ...(options.localAddress !== "" && { localAddress: options.localAddress }),
    ...(proxy !== "" && { proxy }),
  };
}
