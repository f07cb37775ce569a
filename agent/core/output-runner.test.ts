import assert from "node:assert/strict";
import { test } from "node:test";
import { agentSettings, outputConfig } from "../../test/support/config.ts";
import { type HeldClock, turn } from "../../test/support/held-clock.ts";
import { testSurroundings } from "../../test/support/surroundings.ts";
import { Metric } from "./metric.ts";
import { OutputRunner } from "./output-runner.ts";
import { defineOutput } from "./plugin.ts";
import type { OutputConfig } from "./runner.ts";
import { WriteError } from "./write-error.ts";

/** A destination that answers each write as the test says; without an answer it accepts. */
class Destination {
  readonly batches: string[][] = [];
  answers: (Error | undefined | Promise<void>)[] = [];
  connectErrors: Error[] = [];

  readonly plugin = defineOutput({
    name: "destination",
    options: {},
    create: () => ({
      connect: async () => {
        const error = this.connectErrors.shift();
        if (error !== undefined) throw error;
      },
      write: async (batch) => {
        this.batches.push(batch.map(({ name }) => name));
        const answer = this.answers.shift();
        if (answer instanceof Promise) await answer;
        else if (answer !== undefined) throw answer;
      },
    }),
  });
}

interface Bench {
  readonly clock: HeldClock;
  readonly runner: OutputRunner;
  readonly statistics: () => Readonly<Record<string, number>>;
  readonly lines: string[];
  readonly add: (...names: string[]) => void;
}

function bench(destination: Destination, common: Partial<OutputConfig["common"]> = {}): Bench {
  const { clock, lines, log, statistics, signal } = testSurroundings();
  const runner = new OutputRunner(outputConfig(destination.plugin, common), {
    agent: agentSettings({ metricBatchSize: 3, metricBufferLimit: 6 }),
    globalTags: new Map(),
    clock,
    log,
    statistics,
    signal,
  });
  return {
    clock,
    runner,
    lines,
    statistics: () => [...statistics.sources()][0]?.read() ?? {},
    add: (...names) => names.forEach((name) => runner.add(new Metric(name, 0n).setField("v", 1).setTag("t", "x"))),
  };
}

test("a full batch goes at once, the rest at the flush", async () => {
  const destination = new Destination();
  const { runner, add, clock } = bench(destination);
  await runner.connect({ patient: true });
  runner.run();
  add("a", "b", "c", "d");
  await turn();
  assert.deepEqual(destination.batches, [["a", "b", "c"]]);
  await clock.advance(10_000);
  assert.deepEqual(destination.batches, [["a", "b", "c"], ["d"]]);
  await runner.stop({ finalFlush: false });
  assert.equal(clock.pendingTimers, 0);
});

test("a failed batch stays in front; only the flush tries again; order is kept", async () => {
  const destination = new Destination();
  destination.answers = [new Error("away")];
  const { runner, add, statistics } = bench(destination);
  await runner.connect({ patient: true });
  add("a", "b", "c");
  await turn();
  add("d", "e");
  await turn();
  assert.deepEqual(destination.batches, [["a", "b", "c"]]);
  assert.equal(runner.unsent, 5);
  await runner.flush();
  assert.deepEqual(destination.batches.slice(1), [
    ["a", "b", "c"],
    ["d", "e"],
  ]);
  assert.deepEqual([statistics()["metrics_written"], statistics()["write_errors"], runner.unsent], [5, 1, 0]);
});

test("overflow drops the oldest, counts it and says so", async () => {
  const destination = new Destination();
  destination.answers = [new Error("away"), undefined];
  const { runner, add, statistics, lines } = bench(destination);
  await runner.connect({ patient: true });
  add("a", "b", "c");
  await turn();
  add("d", "e", "f", "g", "h");
  assert.equal(statistics()["metrics_dropped"], 2);
  await runner.flush();
  assert.deepEqual(destination.batches.slice(1).flat(), ["c", "d", "e", "f", "g", "h"]);
  assert.match(lines.join(""), /Metric buffer overflow; 2 metrics have been dropped/);
});

test("what arrives during a failing write outlives the newest of the failed batch", async () => {
  const destination = new Destination();
  const write = Promise.withResolvers<void>();
  destination.answers = [write.promise];
  const { runner, add, statistics } = bench(destination);
  await runner.connect({ patient: true });
  add("a", "b", "c");
  await turn();
  add("d", "e", "f", "g");
  write.reject(new Error("away"));
  await turn();
  await runner.flush();
  assert.deepEqual(destination.batches.slice(1).flat(), ["a", "b", "d", "e", "f", "g"]);
  assert.equal(statistics()["metrics_dropped"], 1);
});

test("drop and partial verdicts are counted as what they are", async () => {
  const destination = new Destination();
  destination.answers = [
    new WriteError("never", { kind: "drop" }),
    new WriteError("some", { kind: "partial", accepted: [0], rejected: [2] }),
  ];
  const { runner, add, statistics } = bench(destination);
  await runner.connect({ patient: true });
  add("a", "b");
  await runner.flush();
  add("c", "d", "e");
  await turn();
  await runner.flush();
  const counts = statistics();
  assert.deepEqual([counts["metrics_rejected"], counts["metrics_written"], counts["metrics_dropped"]], [3, 2, 0]);
  assert.deepEqual(destination.batches.at(-1), ["d"]);
  assert.equal(runner.lost, 3);
});

test("filters work on a copy, names are changed, a metric without fields is dropped", async () => {
  const destination = new Destination();
  const { runner, statistics } = bench(destination, {
    namedrop: ["no*"],
    namePrefix: "p_",
    fieldexclude: ["secret"],
    tagexclude: ["t"],
  });
  await runner.connect({ patient: true });
  const shared = new Metric("yes", 0n).setTag("t", "x").setField("secret", 1).setField("v", 2);
  runner.add(shared);
  runner.add(new Metric("none", 0n).setField("v", 1));
  runner.add(new Metric("empty", 0n).setField("secret", 1));
  await runner.flush();
  assert.deepEqual(destination.batches, [["p_yes"]]);
  assert.deepEqual([shared.name, shared.tag("t"), shared.field("secret")], ["yes", "x", 1]);
  assert.equal(statistics()["metrics_filtered"], 2);
});

test("connecting: one retry after 15 s, then the error", async () => {
  const destination = new Destination();
  destination.connectErrors = [new Error("first"), new Error("second")];
  const { runner, clock } = bench(destination);
  const connecting = assert.rejects(runner.connect({ patient: true }), /outputs\.destination: second/);
  await turn();
  await clock.advance(15_000);
  await connecting;
});

test('startup_error_behavior "retry" connects before a later write and loses nothing', async () => {
  const destination = new Destination();
  destination.connectErrors = [new Error("first"), new Error("second")];
  const { runner, add } = bench(destination, { startupErrorBehavior: "retry" });
  await runner.connect({ patient: true });
  add("a");
  await runner.flush();
  assert.deepEqual([destination.batches.length, runner.unsent], [0, 1]);
  await runner.flush();
  assert.deepEqual(destination.batches, [["a"]]);
});

test("room() waits for a healthy output that is behind, and never for a failing one", async () => {
  const destination = new Destination();
  const write = Promise.withResolvers<void>();
  destination.answers = [write.promise, new Error("away")];
  const { runner, add } = bench(destination);
  await runner.connect({ patient: true });
  add("a", "b", "c", "d", "e", "f");
  let waited = false;
  const room = runner.room().then(() => (waited = true));
  await turn();
  assert.equal(waited, false);
  write.resolve();
  await room;
  assert.equal(runner.unsent, 3, "the second batch failed and is kept");
});
