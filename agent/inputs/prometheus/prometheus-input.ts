// Reads all pages at once, each collection, and emits what they say. One page that fails does not hold up the others.

import { setImmediate } from "node:timers/promises";
import type { Accumulator } from "../../core/accumulator.ts";
import { httpClientSettings } from "../../core/http-client/http-client-options.ts";
import { loadTlsClient } from "../../core/http-client/tls-client.ts";
import type { FieldValue } from "../../core/metric.ts";
import type { Input, PluginContext } from "../../core/plugin.ts";
import { metricsOfPage } from "../../formats/prometheus/metrics-of-page.ts";
import type { Page } from "../../formats/prometheus/page.ts";
import type { PrometheusOptions } from "./options.ts";
import { PageClient, type FetchedPage } from "./page-client.ts";
import { readPage } from "./read-page.ts";
import { requestHeaders } from "./request-headers.ts";
import { targetsOf, type Target } from "./target.ts";
import { TargetStatistics } from "./target-statistics.ts";

/** Without content_length_limit: more than any page that is meant, less than a sidecar's memory. */
const LONGEST_PAGE_BYTES = 64 * 1_048_576;
/** Metrics between two looks at the rest of the agent. */
const SLICE = 2000;

interface Connection {
  readonly target: Target;
  readonly client: PageClient;
  readonly statistics: TargetStatistics;
}

export class PrometheusInput implements Input {
  readonly #options: PrometheusOptions;
  readonly #context: PluginContext;
  readonly #limitBytes: number;
  #connections: readonly Connection[] | undefined;

  constructor(options: PrometheusOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    this.#limitBytes = options.contentLengthLimitBytes || LONGEST_PAGE_BYTES;
  }

  async gather(acc: Accumulator): Promise<void> {
    // Not at start: a certificate that is mounted late is found at the next collection.
    this.#connections ??= await this.#connect();
    await Promise.all(this.#connections.map((connection) => this.#gatherTarget(connection, acc)));
  }

  async stop(): Promise<void> {
    for (const { client, statistics } of this.#connections ?? []) {
      client.close();
      statistics.unregister();
    }
    this.#connections = undefined;
  }

  async #connect(): Promise<readonly Connection[]> {
    const { clock, signal, statistics } = this.#context;
    const tls = await loadTlsClient(this.#options);
    const client = { ...httpClientSettings(this.#options, tls), signal, maxBodyBytes: this.#limitBytes };
    return targetsOf(this.#options.urls).map((target) => ({
      target,
      client: new PageClient(target, { client, monotonicMs: () => clock.monotonicMs() }),
      statistics: new TargetStatistics(target.name, statistics),
    }));
  }

  async #gatherTarget({ target, client, statistics }: Connection, acc: Accumulator): Promise<void> {
    let fetched: FetchedPage | undefined;
    try {
      fetched = await client.fetch(await requestHeaders(target.url, this.#options));
      await this.#take(fetched, { target, statistics, acc });
      statistics.succeeded();
    } catch (error) {
      statistics.failed();
      if (this.#context.signal.aborted) return;
      acc.error(error instanceof Error ? error : new Error(String(error)));
    }
    if (this.#options.enableRequestMetrics && fetched !== undefined) this.#addRequest(target, fetched, acc);
  }

  /** Rejects with a message for the log. */
  async #take(
    fetched: FetchedPage,
    to: { readonly target: Target; readonly statistics: TargetStatistics; readonly acc: Accumulator },
  ): Promise<void> {
    const { target, statistics, acc } = to;
    if (fetched.refusal !== undefined) throw new Error(`"${target.shown}" ${fetched.refusal}`);
    if (fetched.isTooLong) {
      statistics.tooLong();
      this.#logTooLong(target);
      return;
    }
    const read = readPage(fetched, this.#options.contentTypeOverride);
    if ("reason" in read) throw new Error(`error reading metrics for "${target.shown}": ${read.reason}`);
    await this.#emit(read.page, target, acc);
  }

  async #emit(page: Page, target: Target, acc: Accumulator): Promise<void> {
    const { metricVersion, ignoreTimestamp, urlTag } = this.#options;
    const { signal } = this.#context;
    const version = metricVersion === 2 ? 2 : 1;
    let inSlice = 0;
    for (const metric of metricsOfPage(page, { version, ignoreTimestamp, nowNs: acc.nowNs() })) {
      if (urlTag !== "") metric.setTag(urlTag, target.name);
      acc.add(metric);
      if (++inSlice % SLICE !== 0) continue;
      await setImmediate();
      await acc.room?.();
      if (signal.aborted) return;
    }
  }

  #logTooLong(target: Target): void {
    const { log } = this.#context;
    const limit = `skipping ${target.shown}: content length exceeded maximum body size (${this.#limitBytes})`;
    if (this.#options.contentLengthLimitBytes > 0) log.bounded("info", target.name, () => limit);
    else log.bounded("warn", target.name, () => `${limit}; set content_length_limit to read longer pages`);
  }

  #addRequest(target: Target, fetched: FetchedPage, acc: Accumulator): void {
    const { urlTag } = this.#options;
    const fields: Record<string, FieldValue> = { response_time: fetched.responseTimeS };
    if (fetched.refusal === undefined && !fetched.isTooLong) fields["content_length"] = BigInt(fetched.body.length);
    acc.addFields("prometheus_request", fields, urlTag === "" ? {} : { [urlTag]: target.nameAsWritten });
  }
}
