// Messages to metrics, and the counters of this input: what came, what was refused and why. Knows nothing of sockets.

import type { Accumulator } from "../../core/accumulator.ts";
import type { PluginContext } from "../../core/plugin.ts";
import { INFLUX_PARSE_REASONS } from "../../formats/influx/parse-error.ts";
import type { InfluxParser } from "../../formats/influx/parse.ts";

export interface IntakeCounts {
  bytes_received: number;
  packets_received: number;
  messages_received: number;
  metrics_parsed: number;
  parse_errors: number;
  decode_errors: number;
  messages_oversized: number;
  messages_malformed: number;
  sources_refused: number;
  connections_accepted: number;
  connections_refused: number;
  connections_active: number;
  connections_timed_out: number;
}

interface IntakeSettings {
  readonly parser: InfluxParser;
  /** Metrics get the time their message arrived at, whatever they say. */
  readonly receiveTime: boolean;
}

const METRICS_BETWEEN_PAUSES = 1000;

export class Intake {
  readonly counts: IntakeCounts = {
    bytes_received: 0,
    packets_received: 0,
    messages_received: 0,
    metrics_parsed: 0,
    parse_errors: 0,
    decode_errors: 0,
    messages_oversized: 0,
    messages_malformed: 0,
    sources_refused: 0,
    connections_accepted: 0,
    connections_refused: 0,
    connections_active: 0,
    connections_timed_out: 0,
  };
  readonly #byReason: Record<string, number> = Object.fromEntries(
    INFLUX_PARSE_REASONS.map((reason) => [counterName(reason), 0]),
  );
  #sinceRoom = 0;
  readonly #parser: InfluxParser;
  readonly #receiveTime: boolean;
  readonly #acc: Accumulator;
  readonly #context: PluginContext;

  constructor(settings: IntakeSettings, acc: Accumulator, context: PluginContext) {
    this.#parser = settings.parser;
    this.#receiveTime = settings.receiveTime;
    this.#acc = acc;
    this.#context = context;
  }

  /** Good lines become metrics, bad ones are counted and logged at a bounded rate. Does not keep `message`. */
  take(message: Buffer): void {
    const nowNs = this.#context.clock.nowNs();
    const { metrics, refused, errors } = this.#parser.parseLines(message, nowNs);
    this.counts.metrics_parsed += metrics.length;
    this.#sinceRoom += metrics.length;
    for (const metric of metrics) {
      if (this.#receiveTime) metric.timestampNs = nowNs;
      this.#acc.add(metric);
    }
    if (refused.size === 0) return;
    for (const [reason, count] of refused) {
      const name = counterName(reason);
      this.counts.parse_errors += count;
      this.#byReason[name] = (this.#byReason[name] ?? 0) + count;
    }
    for (const error of errors) this.complain(error.reason, () => error.message);
  }

  /** One line in ten seconds for each kind of trouble. */
  complain(kind: string, message: () => string): void {
    this.#context.log.bounded("error", kind, () => `Error in plugin: ${message()}`);
  }

  /** For who can wait: resolves when the outputs can take more. undefined: at once. */
  room(): Promise<void> | undefined {
    if (this.#sinceRoom < METRICS_BETWEEN_PAUSES) return undefined;
    this.#sinceRoom = 0;
    return this.#acc.room?.();
  }

  read(): Readonly<Record<string, number>> {
    return { ...this.counts, ...this.#byReason };
  }
}

function counterName(reason: string): string {
  return `parse_errors_${reason.replaceAll(" ", "_")}`;
}
