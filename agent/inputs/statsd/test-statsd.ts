// For the tests of this folder: a StatsD input built from TOML that is fed without a socket, and its output as sorted
// line protocol.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { readOptions } from "../../config/options.ts";
import { parseToml } from "../../config/toml/parse.ts";
import { RoundingAccumulator } from "../../core/accumulator.ts";
import { createLog } from "../../core/log.ts";
import type { Metric } from "../../core/metric.ts";
import { SelfStatistics } from "../../core/self-statistics.ts";
import { InfluxSerializer } from "../../formats/influx/serialize.ts";
import { statsd } from "./index.ts";
import type { StatsdOptions } from "./options.ts";
import { StatsdService } from "./service.ts";

export const GATHER_MARK = "--- gather";
export const INTERVAL_MS = 2000;

export class TestStatsd {
  readonly service: StatsdService;
  readonly log: string[] = [];
  readonly statistics = new SelfStatistics();
  nowMs = 1_700_000_000_000;
  readonly #metrics: Metric[] = [];
  readonly acc: RoundingAccumulator;

  /** `toml`: the body of the plugin's table. */
  constructor(toml = "") {
    const nowNs = (): bigint => BigInt(this.nowMs) * 1_000_000n;
    const log = createLog({ level: "debug", format: "text", messageKey: "msg", write: (l) => this.log.push(l), nowNs });
    const clock = { nowNs, monotonicMs: () => this.nowMs, after: () => ({ cancel() {} }) };
    const context = { log, clock, statistics: this.statistics, signal: new AbortController().signal };
    this.acc = new RoundingAccumulator(1n, {
      nowNs,
      take: (metric) => this.#metrics.push(metric),
      error: (error) => assert.fail(error),
      room: async () => {},
    });
    this.service = new StatsdService(readStatsdOptions(toml), context);
  }

  /** As one datagram. */
  send(data: string | Buffer, source = "127.0.0.1"): void {
    this.service.take(Buffer.from(data).copy(this.service.bytes), source);
  }

  /** What came out since the last call, without timestamps, sorted. */
  async gather(): Promise<string[]> {
    await this.service.gather(this.acc);
    return this.takeLines();
  }

  takeLines(): string[] {
    const serializer = new InfluxSerializer({ sortFields: true, omitTimestamp: true });
    const body = this.#metrics.splice(0).map((metric) => serializer.serialize(metric).body.toString("latin1"));
    return body
      .filter((line) => line !== "")
      .map((line) => Buffer.from(line, "latin1").toString())
      .toSorted();
  }

  takeMetrics(): Metric[] {
    return this.#metrics.splice(0);
  }

  count(name: string): number {
    return this.service.counters()[name] ?? Number.NaN;
  }
}

export function readStatsdOptions(toml: string): StatsdOptions {
  const problems: string[] = [];
  const { root, problems: syntax } = parseToml(toml);
  const options = readOptions(root, statsd.options, (_, message, remedy) => problems.push(`${message}; ${remedy}`));
  for (const { key, message } of statsd.validate?.(options) ?? []) problems.push(`${key}: ${message}`);
  assert.deepEqual([...syntax, ...problems], []);
  return options;
}

/** The datagrams of each interval of a test case: one line, one datagram. */
export function readIntervals(path: string): readonly (readonly string[])[] {
  const text = readFileSync(path, "utf8").replace(/\n$/, "");
  return text
    .split(new RegExp(`^${GATHER_MARK}\n?`, "m"))
    .map((part) => part.split("\n").filter((line) => line !== ""));
}

/** One output text for a whole case. Times differ from run to run. */
export function caseText(intervals: readonly (readonly string[])[]): string {
  const lines = intervals.map((interval) =>
    interval
      .map((line) => line.replace(/\n$/, ""))
      .toSorted()
      .join("\n"),
  );
  return lines.join(`\n${GATHER_MARK}\n`).replace(/start_time="[^"]*"/g, 'start_time="…"') + "\n";
}
