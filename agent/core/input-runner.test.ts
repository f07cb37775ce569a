import assert from "node:assert/strict";
import { test } from "node:test";
import { agentSettings, inputConfig } from "../../test/support/config.ts";
import { turn } from "../../test/support/held-clock.ts";
import { testSurroundings } from "../../test/support/surroundings.ts";
import type { Accumulator } from "./accumulator.ts";
import { InputRunner } from "./input-runner.ts";
import { Metric } from "./metric.ts";
import { defineInput, type Input } from "./plugin.ts";
import type { InputConfig, Surroundings } from "./runner.ts";

interface Setting {
  readonly input: Input;
  readonly common?: Partial<InputConfig["common"]>;
  readonly agent?: Partial<Surroundings["agent"]>;
  readonly globalTags?: ReadonlyMap<string, string>;
}

function bench({ input, common = {}, agent = {}, globalTags = new Map() }: Setting) {
  const around = testSurroundings();
  const taken: Metric[] = [];
  const plugin = defineInput({ name: "source", options: {}, create: () => input });
  const runner = new InputRunner(
    inputConfig(plugin, common),
    { ...around, agent: agentSettings(agent), globalTags },
    { take: (metric) => taken.push(metric), room: async () => {} },
  );
  const statistics = () => [...around.statistics.sources()][0]?.read() ?? {};
  return { ...around, runner, taken, statistics };
}

function tagsOf(metric: Metric | undefined): string[] {
  assert.ok(metric);
  return Array.from({ length: metric.tagCount }, (_, i) => `${metric.tagKeyAt(i)}=${metric.tagValueAt(i)}`);
}

const emit = (metric: Metric) => ({ gather: (acc: Accumulator) => acc.add(metric.copy()) });

test("the metric's own tag wins over the plugin's, that one over the global one", async () => {
  const { runner, taken } = bench({
    input: emit(new Metric("m", 0n).setField("v", 1).setTag("a", "own")),
    common: {
      tags: new Map([
        ["a", "plugin"],
        ["b", "plugin"],
      ]),
    },
    globalTags: new Map([
      ["a", "global"],
      ["b", "global"],
      ["c", "global"],
    ]),
  });
  await runner.start();
  await runner.gather();
  assert.deepEqual(tagsOf(taken[0]), ["a=own", "b=plugin", "c=global"]);
});

test("select sees the raw name, modify sees global tags, always_include brings them back", async () => {
  const metric = new Metric("raw", 0n).setField("v", 1).setTag("own", "1");
  const common = { namepass: ["raw"], nameOverride: "new", namePrefix: "p_", nameSuffix: "_s", tagexclude: ["*"] };
  const globalTags = new Map([["host", "h"]]);
  const plain = bench({ input: emit(metric), common, globalTags });
  await plain.runner.start();
  await plain.runner.gather();
  assert.equal(plain.taken[0]?.name, "p_new_s");
  assert.deepEqual(tagsOf(plain.taken[0]), []);
  const kept = bench({ input: emit(metric), common: { ...common, alwaysIncludeGlobalTags: true }, globalTags });
  await kept.runner.start();
  await kept.runner.gather();
  assert.deepEqual(tagsOf(kept.taken[0]), ["host=h"]);
});

test("what a filter removes is counted", async () => {
  const { runner, taken, statistics } = bench({
    input: {
      gather: (acc) => {
        acc.addFields("drop", { v: 1 });
        acc.addFields("keep", { gone: 1 });
        acc.addFields("keep", { v: 1, left_out: undefined });
      },
    },
    common: { namedrop: ["drop"], fieldexclude: ["gone"] },
  });
  await runner.start();
  await runner.gather();
  assert.equal(taken.length, 1);
  assert.deepEqual([statistics()["metrics_gathered"], statistics()["metrics_filtered"]], [1, 2]);
});

test("gathered timestamps are rounded, those of a listener are not", async () => {
  const metric = new Metric("m", 1_600_000_000_700_000_001n).setField("v", 1);
  const { runner, taken } = bench({
    input: {
      start: async (acc) => acc.add(metric.copy()),
      gather: (acc) => acc.add(metric.copy()),
    },
  });
  await runner.start();
  await runner.gather();
  assert.deepEqual(
    taken.map(({ timestampNs }) => timestampNs),
    [1_600_000_000_700_000_001n, 1_600_000_001_000_000_000n],
  );
});

test("a collection that outlasts its interval is not joined by another one", async () => {
  let running = 0;
  let most = 0;
  const done = Promise.withResolvers<void>();
  const { runner, clock, statistics, lines } = bench({
    input: {
      gather: async () => {
        running += 1;
        most = Math.max(most, running);
        await done.promise;
        running -= 1;
      },
    },
  });
  await runner.start();
  runner.poll();
  await clock.advance(35_000);
  assert.equal(most, 1);
  assert.equal(statistics()["gather_timeouts"], 2);
  assert.match(
    lines.join(""),
    /W! \[inputs\.source\] Collection took longer than expected; not complete after interval of 10s/,
  );
  done.resolve();
  await runner.stop({ finalGather: true });
  assert.equal(clock.pendingTimers, 0);
});

test("an input that throws is reported and collected again", async () => {
  let calls = 0;
  const { runner, clock, statistics, lines } = bench({
    input: {
      gather: () => {
        calls += 1;
        throw new Error("no such page");
      },
    },
  });
  await runner.start();
  runner.poll();
  await clock.advance(20_000);
  await runner.stop({ finalGather: true });
  assert.equal(calls, 2);
  assert.equal(statistics()["gather_errors"], undefined, "statistics end with the runner");
  assert.match(lines[0] ?? "", /E! \[inputs\.source\] Error in plugin: no such page/);
});

test("a listener's last interval is gathered after it has stopped; a polled input is not asked again", async () => {
  const order: string[] = [];
  const listener = bench({
    input: {
      start: async () => {},
      stop: async () => void order.push("stop"),
      gather: (acc) => {
        order.push("gather");
        acc.addFields("last", { v: 1 });
      },
    },
  });
  await listener.runner.start();
  await listener.runner.stop({ finalGather: true });
  assert.deepEqual(order, ["stop", "gather"]);
  assert.equal(listener.taken[0]?.name, "last");
  const polled = bench({ input: { gather: (acc) => acc.addFields("m", { v: 1 }) } });
  await polled.runner.start();
  await polled.runner.stop({ finalGather: true });
  assert.equal(polled.taken.length, 0);
});

test("what is gathered at the end never carries the time of the tick before: a point would overwrite another", async () => {
  const startMs = 1_700_000_000_000;
  const cases: readonly [endMs: number, times: readonly number[]][] = [
    [10_400, [10_000, 11_000]],
    [10_600, [10_000, 11_000]],
    [15_400, [10_000, 15_000]],
    [400, [0]],
  ];
  for (const [endMs, times] of cases) {
    const { runner, taken, clock } = bench({
      input: { start: async () => {}, gather: (acc) => acc.addFields("orders", { value: 1 }) },
    });
    await runner.start();
    runner.poll();
    await clock.advance(endMs);
    await runner.stop({ finalGather: true });
    assert.deepEqual(
      taken.map(({ timestampNs }) => Number(timestampNs / 1_000_000n) - startMs),
      times,
    );
  }
});

/** Fails to start so many times. */
function failing(times: number): Input {
  let left = times;
  return {
    start: async () => {
      if (left-- > 0) throw new Error("port taken");
    },
    gather: (acc) => acc.addFields("m", { v: 1 }),
  };
}

test("startup_error_behavior: error rejects, retry starts later, ignore goes on without", async () => {
  await assert.rejects(bench({ input: failing(1) }).runner.start(), /inputs\.source: port taken/);
  const retried = bench({ input: failing(2), common: { startupErrorBehavior: "retry" } });
  await retried.runner.start();
  await retried.runner.gather();
  assert.equal(retried.taken.length, 0);
  await retried.runner.gather();
  assert.equal(retried.taken.length, 1);
  const ignored = bench({ input: failing(1), common: { startupErrorBehavior: "ignore" } });
  await ignored.runner.start();
  await ignored.runner.gather();
  await turn();
  assert.equal(ignored.taken.length, 0);
});
