// One HTTP client for one URL: kept-alive sockets, a deadline for the whole exchange, a bounded answer. It neither follows
// redirects nor looks at status codes; what an answer means is the plugin's affair.

import * as http from "node:http";
import type { RequestOptions } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { proxyEnvironment } from "./proxy.ts";
import { hideCredentials } from "./url-text.ts";

export interface HttpClientSettings {
  /** http, https, or unix (then the path is that of the socket, and HTTP is spoken over it). */
  readonly url: URL;
  readonly timeoutMs: number;
  /** Ends every request at once. */
  readonly signal: AbortSignal;
  readonly tls?: ConnectionOptions;
  /** Address of this machine to connect from. */
  readonly localAddress?: string;
  /** URL of a proxy; "system": what the environment says; not set: none. */
  readonly proxy?: string;
  /** 0 or not set: as long as the server likes. */
  readonly idleTimeoutMs?: number;
  /** At most so many connections; further requests wait. 1 by default. */
  readonly maxSockets?: number;
  /** An answer is cut here; 1 MiB by default. */
  readonly maxBodyBytes?: number;
}

export interface HttpRequest {
  readonly method: string;
  /** With the query; begins with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  /** As status line: `404 Not Found`. */
  readonly statusLine: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** The answer was longer than what `body` holds. */
  readonly truncated: boolean;
}

const DEFAULT_MAX_BODY_BYTES = 1_048_576;
/** Loaded with the first https URL: TLS costs 3 MiB, and most destinations are inside the cluster. */
const loadHttps = () => process.getBuiltinModule("node:https");
const STOPPING = "the agent is stopping";

export class HttpClient {
  readonly #settings: HttpClientSettings;
  readonly #agent: http.Agent;
  readonly #target: RequestOptions;

  constructor(settings: HttpClientSettings) {
    this.#settings = settings;
    const { url, tls, localAddress, proxy, idleTimeoutMs, maxSockets = 1 } = settings;
    const environment = proxyEnvironment(url, proxy);
    const agentOptions = {
      keepAlive: true,
      maxSockets,
      ...(idleTimeoutMs ? { timeout: idleTimeoutMs } : {}),
      ...(environment !== undefined && { proxyEnv: environment }),
    };
    this.#agent =
      url.protocol === "https:" ? new (loadHttps().Agent)({ ...agentOptions, ...tls }) : new http.Agent(agentOptions);
    this.#target =
      url.protocol === "unix:"
        ? { socketPath: decodeURIComponent(url.pathname), host: "127.0.0.1", setDefaultHeaders: true }
        : {
            protocol: url.protocol,
            host: url.hostname.replace(/^\[|\]$/g, ""),
            ...(url.port !== "" && { port: url.port }),
            ...(localAddress !== undefined && { localAddress }),
          };
  }

  /** Rejects with HttpFailure when no complete answer came; the message names the URL without its credentials, and the reason. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#once(request);
    } catch (error) {
      // The server closed a kept connection while we reached for it: nothing is wrong, a new connection is the answer.
      if (!(error instanceof StaleSocketError)) throw this.#explain(request, error);
    }
    try {
      return await this.#once(request);
    } catch (error) {
      throw this.#explain(request, error);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #once(request: HttpRequest): Promise<HttpResponse> {
    const { timeoutMs, signal, url } = this.#settings;
    if (signal.aborted) return Promise.reject(new Error(STOPPING));
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const length = request.body === undefined ? {} : { "content-length": String(request.body.length) };
    const options = {
      ...this.#target,
      agent: this.#agent,
      method: request.method,
      path: request.path,
      headers: { ...request.headers, ...length },
    };
    const sent = url.protocol === "https:" ? loadHttps().request(options) : http.request(options);
    const abort = () => sent.destroy(new Error(STOPPING));
    signal.addEventListener("abort", abort, { once: true });
    const timer =
      timeoutMs > 0
        ? setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms; raise timeout`)), timeoutMs)
        : undefined;
    sent.on("response", (response) => this.#read(response).then(resolve, reject));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      const stale = sent.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(stale ? new StaleSocketError(error.message) : error);
    });
    sent.end(request.body);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    });
  }

  async #read(response: http.IncomingMessage): Promise<HttpResponse> {
    const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = this.#settings;
    const chunks: Buffer[] = [];
    let length = 0;
    let truncated = false;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      // Leaving the loop destroys the stream and with it the connection: the rest is not worth reading.
      truncated = length > maxBodyBytes;
      if (truncated) break;
    }
    const status = response.statusCode ?? 0;
    return {
      status,
      statusLine: `${status} ${response.statusMessage ?? ""}`.trimEnd(),
      headers: response.headers,
      body: Buffer.concat(chunks).subarray(0, maxBodyBytes),
      truncated,
    };
  }

  #explain(request: HttpRequest, error: unknown): Error {
    const where = `${request.method} ${hideCredentials(this.#settings.url)}`;
    return new HttpFailure(where, reason(error), error);
  }
}

/** No complete answer. The message says where and why; `reason` is for those who have said where already. */
export class HttpFailure extends Error {
  readonly reason: string;
  constructor(where: string, reason: string, cause: unknown) {
    super(`${where}: ${reason}`, { cause });
    this.name = "HttpFailure";
    this.reason = reason;
  }
}

class StaleSocketError extends Error {}

/** A connection tried over several addresses fails with a list of reasons and no text of its own. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(", ");
  return error instanceof Error ? error.message : String(error);
}
