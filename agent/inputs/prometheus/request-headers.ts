// The headers of a request: what we are, what we read, the login, and the config's own, which win.

import { readFile } from "node:fs/promises";
import { PRODUCT_TOKEN } from "../../core/http-client/product-token.ts";
import { basicAuthorization } from "../../core/http-client/url-text.ts";
import type { PrometheusOptions } from "./options.ts";

/** No protobuf and no OpenMetrics: the one we cannot read, the other would change the names of metrics. */
const ACCEPT = "text/plain;version=0.0.4;q=0.3,*/*;q=0.1";

/** Rejects when the token's file cannot be read; the message names the file. */
export async function requestHeaders(url: URL, options: PrometheusOptions): Promise<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {
    "user-agent": PRODUCT_TOKEN,
    accept: ACCEPT,
    "accept-encoding": "identity",
  };
  if (url.protocol === "unix:") headers["host"] = "localhost";
  const authorization = await login(url, options);
  if (authorization !== "") headers["authorization"] = authorization;
  // Lower case, so that an entry replaces ours instead of standing beside it.
  for (const [name, value] of options.httpHeaders) headers[name.toLowerCase()] = value;
  return headers;
}

async function login(url: URL, options: PrometheusOptions): Promise<string> {
  const { bearerToken, bearerTokenString, username, password } = options;
  // Files end with a line feed more often than not; sent as it is, it would break the header.
  if (bearerToken !== "") return `Bearer ${(await readToken(bearerToken)).trim()}`;
  if (bearerTokenString !== "") return `Bearer ${bearerTokenString}`;
  if (username !== "" || password !== "") return basicAuthorization(username, password);
  if (url.username === "" && url.password === "") return "";
  return basicAuthorization(decoded(url.username), decoded(url.password));
}

async function readToken(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read bearer_token "${path}": ${text}; mount the file or change bearer_token`, {
      cause: error,
    });
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
