// InfluxDB's HTTP API at one URL: POST /write and POST /query. What an answer means is in write-response.ts.
// Source: telegraf plugins/outputs/influxdb/http.go.

import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  HttpClient,
  HttpFailure,
  type HttpClientSettings,
  type HttpResponse,
} from "../../core/http-client/http-client.ts";
import { encodeQuery, hideCredentials, joinPath } from "../../core/http-client/url-text.ts";
import type { Log } from "../../core/log.ts";
import type { InfluxSerializer } from "../../formats/influx/serialize.ts";
import type { Target, TargetOutcome } from "./target.ts";
import type { WriteGroup } from "./write-groups.ts";
import { readWriteAnswer } from "./write-response.ts";

export interface HttpTargetSettings {
  readonly client: HttpClientSettings;
  /** Sent with every request: login, user agent, the config's own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly consistency: string;
  readonly compress: boolean;
  readonly serializer: InfluxSerializer;
  readonly retryClientErrors: boolean;
  /** Create a database the first time that a tag names it. */
  readonly createUnseen: boolean;
  readonly log: Log;
  readonly countBytes: (bytes: number) => void;
}

const gzipAsync = promisify<Uint8Array, Buffer>(gzip);

export class HttpTarget implements Target {
  readonly name: string;
  readonly #settings: HttpTargetSettings;
  readonly #client: HttpClient;
  /** Created, or forbidden to create: not asked for again. */
  readonly #created = new Set<string>();

  constructor(settings: HttpTargetSettings) {
    this.#settings = settings;
    this.#client = new HttpClient(settings.client);
    this.name = hideCredentials(settings.client.url);
  }

  async write(group: WriteGroup): Promise<TargetOutcome> {
    const { serializer, createUnseen, retryClientErrors, log } = this.#settings;
    const { body, rejected } = serializer.serializeBatch(group.metrics);
    for (const { reason } of rejected) {
      log.bounded("error", "serialize", () => `could not serialize metric: ${reason}; discarding metric`);
    }
    const unserializable = rejected.map(({ index }) => index);
    if (unserializable.length === group.metrics.length) return { outcome: { kind: "accepted" }, unserializable };
    if (createUnseen && !this.#created.has(group.database)) await this.#tryCreate(group.database);
    try {
      const answer = await this.#post(group, body);
      return { outcome: readWriteAnswer(answer, retryClientErrors), unserializable };
    } catch (error) {
      return { outcome: { kind: "failed", message: errorText(error) }, unserializable };
    }
  }

  async createDatabase(database: string): Promise<void> {
    const body = Buffer.from(encodeQuery({ q: `CREATE DATABASE "${escapeIdentifier(database)}"` }));
    const headers = { "content-type": "application/x-www-form-urlencoded", ...this.#settings.headers };
    const { url } = this.#settings.client;
    const path = url.protocol === "unix:" ? "/query" : joinPath(url, "query") + url.search;
    const answer = await this.#client.request({ method: "POST", path, headers, body }).catch((error: unknown) => {
      throw new Error(errorText(error), { cause: error });
    });
    const error = queryError(answer);
    // "Forbidden" is remembered as upstream does: this user may not, so asking before each write is in vain.
    if (error === undefined || answer.status === 403) this.#created.add(database);
    if (error !== undefined) throw new Error(error);
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #tryCreate(database: string): Promise<void> {
    try {
      await this.createDatabase(database);
    } catch (error) {
      const what = `When writing to [${this.name}]: database "${database}" creation failed: ${errorText(error)}`;
      this.#settings.log.bounded("warn", `create ${database}`, () => what);
    }
  }

  async #post(group: WriteGroup, lines: Buffer): Promise<HttpResponse> {
    const { client, compress, consistency, headers, countBytes } = this.#settings;
    const body = compress ? await gzipAsync(lines) : lines;
    countBytes(body.length);
    const query = encodeQuery({
      db: group.database,
      ...(group.retentionPolicy !== "" && { rp: group.retentionPolicy }),
      ...(consistency !== "" && consistency !== "one" && { consistency }),
    });
    const path = client.url.protocol === "unix:" ? "/write" : joinPath(client.url, "write");
    return this.#client.request({
      method: "POST",
      path: `${path}?${query}`,
      headers: {
        "content-type": "text/plain; charset=utf-8",
        ...headers,
        ...(compress && { "content-encoding": "gzip" }),
      },
      body,
    });
  }
}

/** undefined: the query was carried out. A 200 may carry an error, and an empty 200 is fine. */
function queryError({ status, statusLine, body }: HttpResponse): string | undefined {
  const text = body.toString("utf8").trim();
  if (text === "") return status === 200 ? undefined : statusLine;
  try {
    const parsed = JSON.parse(text) as { readonly results?: readonly { readonly error?: unknown }[] } | null;
    const error = parsed?.results?.[0]?.error;
    if (status === 200 && !error) return undefined;
    return typeof error === "string" && error !== "" ? `${statusLine}: ${error}` : statusLine;
  } catch {
    return `${statusLine}: not an answer of InfluxDB: ${text.slice(0, 300)}`;
  }
}

/** An identifier of InfluxQL, without its quotes. */
function escapeIdentifier(name: string): string {
  return name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** Our callers name the URL. */
function errorText(error: unknown): string {
  if (error instanceof HttpFailure) return error.reason;
  return error instanceof Error ? error.message : String(error);
}
