// Fetches one target's page: login, headers, redirects, the size limit. What is on the page is not its affair.
// Source: telegraf plugins/inputs/prometheus/prometheus.go, gatherURL (1.39.3).

import { HttpClient, type HttpClientSettings, type HttpResponse } from "../../core/http-client/http-client.ts";
import type { Target } from "./target.ts";

export interface FetchedPage {
  readonly body: Buffer;
  readonly contentType: string;
  /** Seconds from the question to the end of the answer. */
  readonly responseTimeS: number;
  /** Set for every answer but a whole page: what came instead. */
  readonly refusal: string | undefined;
  /** The page is longer than the limit; `body` is not to be used. */
  readonly isTooLong: boolean;
}

export interface PageClientSettings {
  readonly client: Omit<HttpClientSettings, "url">;
  readonly monotonicMs: () => number;
}

/** As Go's http.Client. */
const MOST_REDIRECTS = 10;

export class PageClient {
  readonly #target: Target;
  readonly #settings: PageClientSettings;
  readonly #client: HttpClient;

  constructor(target: Target, settings: PageClientSettings) {
    this.#target = target;
    this.#settings = settings;
    this.#client = new HttpClient({ ...settings.client, url: target.url });
  }

  /** `headers` in lower case. Rejects when no answer came. */
  async fetch(headers: Readonly<Record<string, string>>): Promise<FetchedPage> {
    const { monotonicMs } = this.#settings;
    const startMs = monotonicMs();
    const response = await this.#follow(headers);
    const encoding = response.headers["content-encoding"] ?? "identity";
    let refusal = response.status === 200 ? undefined : `returned HTTP status "${response.statusLine}"`;
    if (refusal === undefined && encoding !== "identity" && encoding !== "") {
      refusal = `answered with content-encoding "${encoding}"; remove accept-encoding from http_headers`;
    }
    return {
      body: response.body,
      contentType: response.headers["content-type"] ?? "",
      responseTimeS: (monotonicMs() - startMs) / 1000,
      refusal,
      isTooLong: response.truncated,
    };
  }

  close(): void {
    this.#client.close();
  }

  async #follow(headers: Readonly<Record<string, string>>): Promise<HttpResponse> {
    const { url, path } = this.#target;
    let at = url.protocol === "unix:" ? new URL(path, "http://localhost") : new URL(path, url);
    const { origin, hostname } = at;
    let response = await this.#client.request({ method: "GET", path, headers });
    for (let count = 0; count < MOST_REDIRECTS && isRedirect(response); count++) {
      const location = response.headers.location ?? "";
      if (!URL.canParse(location, at.href)) return response;
      at = new URL(location, at.href);
      if (at.protocol !== "http:" && at.protocol !== "https:") return response;
      const { authorization: _, host: __, ...anonymous } = headers;
      // A login is for the host that it was written for.
      const sent = at.hostname === hostname ? headers : anonymous;
      const request = { method: "GET", path: at.pathname + at.search, headers: sent };
      if (at.origin === origin) response = await this.#client.request(request);
      else if (url.protocol === "unix:") return response;
      else response = await this.#elsewhere(at, request);
    }
    return response;
  }

  async #elsewhere(
    url: URL,
    request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<HttpResponse> {
    const client = new HttpClient({ ...this.#settings.client, url });
    try {
      return await client.request(request);
    } finally {
      client.close();
    }
  }
}

function isRedirect({ status, headers }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
}
