// Sends lines to a Wavefront proxy or to the service. Sources: telegraf plugins/outputs/wavefront/wavefront.go and
// wavefront-sdk-go 0.15.0 (senders/, internal/lines.go, internal/reporter.go). Without the SDK's own queue: there is one
// queue, the agent's, so nothing is sent twice after an outage.

import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { encodeText } from "../../core/byte-text.ts";
import type { HttpClient, HttpResponse } from "../../core/http-client/http-client.ts";
import type { Log } from "../../core/log.ts";
import type { Metric } from "../../core/metric.ts";
import type { Output } from "../../core/plugin.ts";
import { WriteError } from "../../core/write-error.ts";
import { wavefrontLines, type WavefrontOptions } from "../../formats/wavefront/points.ts";

export interface WavefrontSettings {
  readonly openClient: () => Promise<HttpClient>;
  /** Of the request, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Lines in one request. */
  readonly maxLines: number;
  readonly format: WavefrontOptions;
  readonly log: Log;
  readonly count: (what: "points_sent" | "fields_skipped", by: number) => void;
  readonly onClose: () => void;
}

const gzipAsync = promisify<Uint8Array, Buffer>(gzip);

/** Lines `[from, to)` of the write, and the metric that each belongs to. */
interface Prepared {
  readonly lines: string[];
  /** Place in the batch, for each line. */
  readonly owners: number[];
}

export class WavefrontOutput implements Output {
  readonly #settings: WavefrontSettings;
  #client: HttpClient | undefined;
  /** The metric that an earlier request had only a part of, and how many of its lines. */
  #begun: { readonly metric: Metric; readonly lines: number } | undefined;

  constructor(settings: WavefrontSettings) {
    this.#settings = settings;
  }

  async connect(): Promise<void> {
    this.#client?.close();
    this.#client = await this.#settings.openClient();
  }

  async write(batch: readonly Metric[]): Promise<void> {
    const prepared = this.#prepare(batch);
    const { lines } = prepared;
    for (let from = 0; from < lines.length; from += this.#settings.maxLines) {
      const to = Math.min(from + this.#settings.maxLines, lines.length);
      const failure = await this.#report(lines.slice(from, to));
      if (failure !== undefined) throw this.#interrupted(batch, prepared, { sent: from, failure });
      this.#settings.count("points_sent", to - from);
    }
    this.#begun = undefined;
  }

  async close(): Promise<void> {
    this.#client?.close();
    this.#settings.onClose();
  }

  #prepare(batch: readonly Metric[]): Prepared {
    const prepared: Prepared = { lines: [], owners: [] };
    const { format, log, count } = this.#settings;
    for (const [index, metric] of batch.entries()) {
      const { lines, skippedFields } = wavefrontLines(metric, format);
      if (skippedFields > 0) {
        count("fields_skipped", skippedFields);
        log.bounded(
          "debug",
          "skipped",
          () => `${metric.name}: ${skippedFields} fields are not numbers and are left out`,
        );
      }
      const alreadySent = this.#begun?.metric === metric ? this.#begun.lines : 0;
      for (const line of lines.slice(alreadySent)) {
        prepared.lines.push(line);
        prepared.owners.push(index);
      }
    }
    return prepared;
  }

  /** Everything in front of the request that failed is accepted for good. */
  #interrupted(
    batch: readonly Metric[],
    { owners }: Prepared,
    { sent, failure }: { readonly sent: number; readonly failure: string },
  ): WriteError {
    const at = owners[sent] as number;
    const before = owners.slice(0, sent).filter((owner) => owner === at).length;
    const metric = batch[at] as Metric;
    const earlier = this.#begun?.metric === metric ? this.#begun.lines : 0;
    this.#begun = before + earlier > 0 ? { metric, lines: before + earlier } : undefined;
    if (sent === 0 || at === 0) return new WriteError(failure, { kind: "retry" });
    const accepted = Array.from({ length: at }, (_, index) => index);
    return new WriteError(failure, { kind: "partial", accepted, rejected: [] });
  }

  /** undefined: taken. Otherwise why not. */
  async #report(lines: readonly string[]): Promise<string | undefined> {
    const { path, headers } = this.#settings;
    try {
      const body = await gzipAsync(encodeText(lines.join("")));
      const client = (this.#client ??= await this.#settings.openClient());
      const answer = await client.request({ method: "POST", path, headers, body });
      return refusal(answer, lines.length);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return `error reporting wavefront format data to Wavefront: ${text}`;
    }
  }
}

const REMEDIES: Readonly<Record<number, string>> = {
  401: "check token",
  403: "check token and its right to ingest data",
  404: "check the path in url",
  406: "the service throttles; lower the number of points",
  413: "lower http_maximum_batch_size",
};

function refusal({ status, statusLine, body }: HttpResponse, lines: number): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  const remedy = REMEDIES[status] ?? "look at the log of the proxy or the state of the service";
  const text = body.toString("utf8").replace(/\s+/g, " ").trim().slice(0, 300);
  const detail = text === "" ? "" : `: ${text}`;
  return `error reporting wavefront format data to Wavefront (${lines} lines). status=${statusLine}${detail}; ${remedy}`;
}
