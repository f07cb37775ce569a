// The StatsD input as a whole: transport -> parser -> table -> metrics, with its counters. Each of the parts knows only
// the table or the sink; this file is the only one that knows them all.

import type { Accumulator } from "../../core/accumulator.ts";
import { listenFailure, listenPlan } from "../../core/listen-address.ts";
import type { Input, PluginContext } from "../../core/plugin.ts";
import { readEvent, readServiceCheck } from "./datadog-message.ts";
import { Gatherer } from "./gather.ts";
import { LineParser } from "./line-parser.ts";
import { isUdp, listenFamily, templateEngine, type StatsdOptions } from "./options.ts";
import { Rejections } from "./rejections.ts";
import { COUNTER, GAUGE, GROUP_COUNT, SET, TIMING } from "./series-kind.ts";
import { SeriesNaming } from "./series-naming.ts";
import { SeriesTable } from "./series-table.ts";
import { openTcp } from "./tcp-transport.ts";
import type { ByteSink, Transport } from "./transport.ts";
import { openUdp } from "./udp-transport.ts";

/** The clock is read for one packet in so many. */
const TIMED_PACKETS = 64;

export class StatsdService implements Input, ByteSink {
  readonly #options: StatsdOptions;
  readonly #context: PluginContext;
  readonly #rejections: Rejections;
  readonly #table: SeriesTable;
  readonly #parser: LineParser;
  readonly #gatherer: Gatherer;
  #transport: Transport | undefined;
  #unregister = (): void => {};
  #acc: Accumulator | undefined;
  #messages = 0;
  #packets = 0;
  #parseTimeNs = 0;

  constructor(options: StatsdOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    this.#rejections = new Rejections(context.log);
    this.#table = createTable(options);
    this.#parser = new LineParser({
      table: this.#table,
      naming: createNaming(options),
      rejections: this.#rejections,
      datadog: options.datadogExtensions,
      keepContainer: options.datadogKeepContainerTag,
      distributions: options.datadogExtensions && options.datadogDistributions,
      takeMessage: (line, source) => this.#takeMessage(line, source),
    });
    this.#gatherer = new Gatherer(
      this.#table,
      {
        percentiles: options.percentiles,
        floatCounters: options.floatCounters,
        floatTimings: options.floatTimings,
        floatSets: options.floatSets,
        startTime: options.aggregationTemporality,
      },
      context.clock.nowNs(),
    );
  }

  /** Where transports put bytes; see ByteSink. */
  get bytes(): Buffer {
    return this.#parser.bytes;
  }

  get wantsSource(): boolean {
    return this.#messages > 0;
  }

  /** The port in use, once started. */
  get port(): number {
    return this.#transport?.port ?? 0;
  }

  take(length: number, source: string): void {
    if (this.#options.maxTtlMs > 0) this.#table.nowMs = Number(this.#context.clock.nowNs() / 1_000_000n);
    this.#parser.source = source;
    if (this.#packets++ % TIMED_PACKETS !== 0) {
      this.#parser.parse(length);
      return;
    }
    const startMs = this.#context.clock.monotonicMs();
    this.#parser.parse(length);
    this.#parseTimeNs = Math.round((this.#context.clock.monotonicMs() - startMs) * 1e6);
  }

  async start(acc: Accumulator): Promise<void> {
    const { serviceAddress, protocol, sanitizeNameMethod } = this.#options;
    const { log } = this.#context;
    this.#acc = acc;
    if (sanitizeNameMethod !== "" && sanitizeNameMethod !== "upstream")
      log.warn(`sanitize_name_method = "${sanitizeNameMethod}" is unknown and does nothing; use "upstream" or ""`);
    try {
      this.#transport = await this.#open();
    } catch (error) {
      throw listenFailure(error, serviceAddress, "service_address");
    }
    this.#unregister = this.#context.statistics.register({
      measurement: "internal_statsd",
      tags: { address: serviceAddress },
      read: () => this.counters(),
    });
    log.info(`${isUdp(protocol) ? "UDP" : "TCP"} listening on "${serviceAddress}" (port ${this.port})`);
  }

  async #open(): Promise<Transport> {
    const { serviceAddress, protocol, readBufferSizeBytes } = this.#options;
    const plan = listenPlan(serviceAddress, listenFamily(protocol));
    if (plan === undefined) throw new Error(`"${serviceAddress}" is not host:port`);
    const { log } = this.#context;
    if (isUdp(protocol)) return openUdp({ plan, receiveBufferBytes: readBufferSizeBytes, sink: this, log });
    return openTcp({
      plan,
      mostConnections: this.#options.maxTcpConnections,
      keepAlive: this.#options.tcpKeepAlive,
      keepAlivePeriodMs: this.#options.tcpKeepAlivePeriodMs,
      sink: this,
      log,
      onLineTooLong: () => this.#rejections.add("line_too_long", () => ""),
    });
  }

  async stop(): Promise<void> {
    await this.#transport?.close();
    this.#acc = undefined;
    this.#unregister();
    this.#unregister = () => {};
  }

  async gather(acc: Accumulator): Promise<void> {
    await this.#gatherer.gather(acc, this.#context.clock.nowNs());
  }

  counters(): Readonly<Record<string, number>> {
    return {
      tcp_max_connections: this.#options.maxTcpConnections,
      tcp_current_connections: 0,
      tcp_total_connections: 0,
      tcp_packets_received: 0,
      tcp_bytes_received: 0,
      udp_packets_received: 0,
      udp_packets_dropped: 0,
      udp_bytes_received: 0,
      parse_time_ns: this.#parseTimeNs,
      // Parsed when read: nothing ever waits here.
      pending_messages: 0,
      max_pending_messages: this.#options.allowedPendingMessages,
      series: this.#table.index.size,
      known_names: this.#parser.knownCount,
      ...this.#transport?.counters(),
      ...this.#rejections.counters(),
    };
  }

  #takeMessage(line: string, source: string): boolean {
    const isEvent = line.startsWith("_e");
    if (!isEvent && !line.startsWith("_sc|")) return false;
    this.#messages += 1;
    const receipt = { source, timestampNs: this.#context.clock.nowNs() };
    const metric = isEvent ? readEvent(line, receipt) : readServiceCheck(line, receipt);
    if (metric === undefined) this.#rejections.add(isEvent ? "bad_event" : "bad_service_check", () => line);
    else this.#acc?.add(metric);
    return true;
  }
}

function createTable(options: StatsdOptions): SeriesTable {
  const deletes = Array.from({ length: GROUP_COUNT }, () => true);
  deletes[GAUGE] = options.deleteGauges;
  deletes[COUNTER] = options.deleteCounters;
  deletes[SET] = options.deleteSets;
  deletes[TIMING] = options.deleteTimings;
  return new SeriesTable({
    deletes,
    ttlMs: options.maxTtlMs,
    percentiles: options.percentiles.length > 0,
    percentileLimit: options.percentileLimit > 0 ? options.percentileLimit : 1000,
    random: Math.random,
  });
}

function createNaming(options: StatsdOptions): SeriesNaming {
  const temporality = options.deleteCounters ? "delta" : "cumulative";
  return new SeriesNaming({
    templates: templateEngine(options),
    sanitize: options.sanitizeNameMethod === "upstream",
    convertNames: options.convertNames,
    temporality: options.aggregationTemporality ? temporality : undefined,
  });
}
