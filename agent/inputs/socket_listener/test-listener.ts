// For the tests of this folder: a started listener built from TOML, what it emitted, and what it logged.

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { readOptions } from "../../config/options.ts";
import { parseToml } from "../../config/toml/parse.ts";
import { RoundingAccumulator } from "../../core/accumulator.ts";
import { systemClock, type Clock } from "../../core/clock.ts";
import { createLog } from "../../core/log.ts";
import type { Metric } from "../../core/metric.ts";
import { SelfStatistics } from "../../core/self-statistics.ts";
import { InfluxSerializer } from "../../formats/influx/serialize.ts";
import { socketListener } from "./index.ts";
import { SocketListener } from "./socket-listener.ts";

export interface TestListener {
  readonly port: number;
  readonly addresses: SocketListener["addresses"];
  /** What came out so far, as line protocol. */
  readonly lines: () => string;
  readonly log: () => string;
  readonly count: (name: string) => number;
  readonly stop: () => Promise<void>;
}

export interface ListenerSurroundings {
  readonly clock?: Clock;
  readonly room?: () => Promise<void>;
}

/** The problems of an option table, as `key: message; remedy`, with those of single keys in front. */
export function readTestOptions(toml: string): { options: never; problems: string[] } {
  const problems: string[] = [];
  const { root, problems: syntax } = parseToml(toml);
  assert.deepEqual(syntax, []);
  const options = readOptions(root, socketListener.options, (_, message, remedy) =>
    problems.push(`${message}; ${remedy}`),
  );
  for (const { key, message, remedy } of socketListener.validate?.(options) ?? []) {
    problems.push(`${key}: ${message}; ${remedy}`);
  }
  return { options: options as never, problems };
}

export async function startListener(toml: string, surroundings: ListenerSurroundings = {}): Promise<TestListener> {
  const { options, problems } = readTestOptions(toml);
  assert.deepEqual(problems, []);
  const clock = surroundings.clock ?? systemClock;
  const statistics = new SelfStatistics();
  let log = "";
  const write = (line: string) => {
    log += line;
  };
  const logSettings = { level: "debug", format: "text", messageKey: "msg", write, nowNs: () => clock.nowNs() } as const;
  const context = { log: createLog(logSettings), clock, statistics, signal: new AbortController().signal };
  const metrics: Metric[] = [];
  const acc = new RoundingAccumulator(1n, {
    nowNs: () => clock.nowNs(),
    take: (metric) => metrics.push(metric),
    error: () => {},
    room: surroundings.room ?? (() => Promise.resolve()),
  });
  const listener = socketListener.create(options, context);
  assert.ok(listener instanceof SocketListener);
  await listener.start(acc);
  const [source] = statistics.sources();
  return {
    addresses: listener.addresses,
    port: listener.addresses[0]?.port ?? 0,
    lines: () => new InfluxSerializer({ uintSupport: true }).serializeBatch(metrics).body.toString("latin1"),
    log: () => log,
    count: (name) => source?.read()[name] ?? Number.NaN,
    stop: () => listener.stop(),
  };
}

/** Polls; fails with the last value after ten seconds. */
export async function until(condition: () => boolean, what: () => string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) assert.fail(`not within ten seconds: ${what()}`);
    await delay(2);
  }
}
