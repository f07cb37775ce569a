import assert from "node:assert/strict";
import { test } from "node:test";
import { agentSettings, inputConfig, outputConfig, runnableConfig } from "../../test/support/config.ts";
import { turn } from "../../test/support/held-clock.ts";
import { testSurroundings } from "../../test/support/surroundings.ts";
import type { Accumulator } from "./accumulator.ts";
import { Agent } from "./agent.ts";
import { defineInput, defineOutput, type AnyOutput } from "./plugin.ts";

/** A listener the test speaks through, and how often it was opened and closed. */
class Listener {
  acc: Accumulator | undefined;
  starts = 0;
  stops = 0;
  failures = 0;
  opened: Promise<void> | undefined;
  readonly plugin = defineInput({
    name: "listener",
    options: {},
    create: () => ({
      start: async (acc) => {
        this.starts += 1;
        await this.opened;
        if (this.failures-- > 0) throw new Error("address in use");
        this.acc = acc;
      },
      stop: async () => {
        this.stops += 1;
      },
    }),
  });
  hear(name: string): void {
    this.acc?.addFields(name, { v: 1 });
  }
}

class Sink {
  readonly names: string[] = [];
  readonly hosts = new Set<string | undefined>();
  closed = 0;
  away = false;
  refuseConnect = false;
  connected: Promise<void> | undefined;
  answer: Promise<void> | undefined;
  readonly plugin: AnyOutput = defineOutput({
    name: "sink",
    options: {},
    create: () => ({
      connect: async () => {
        await this.connected;
        if (this.refuseConnect) throw new Error("cannot connect");
      },
      write: async (batch) => {
        await this.answer;
        if (this.away) throw new Error("away");
        for (const metric of batch) {
          this.names.push(metric.name);
          this.hosts.add(metric.tag("host"));
        }
      },
      close: async () => {
        this.closed += 1;
      },
    }),
  });
}

const quickly = agentSettings({ intervalMs: 1000, flushIntervalMs: 1000 });

test("start, deliver, stop: the last metrics arrive and everything is closed", async () => {
  const [listener, sink, around] = [new Listener(), new Sink(), testSurroundings()];
  const agent = new Agent(around);
  await agent.start(
    runnableConfig({ agent: quickly, inputs: [inputConfig(listener.plugin)], outputs: [outputConfig(sink.plugin)] }),
  );
  listener.hear("a");
  await around.clock.advance(1000);
  assert.deepEqual(sink.names, ["a"]);
  listener.hear("b");
  assert.equal(await agent.stop(), 0);
  assert.deepEqual(sink.names, ["a", "b"]);
  assert.deepEqual([...sink.hosts], ["test-host"]);
  assert.deepEqual([listener.stops, sink.closed, around.clock.pendingTimers], [1, 1, 0]);
});

test("a reload that changes an output keeps the listener open and hands the backlog over", async () => {
  const [listener, old, next, around] = [new Listener(), new Sink(), new Sink(), testSurroundings()];
  const inputs = [inputConfig(listener.plugin)];
  const agent = new Agent(around);
  await agent.start(runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(old.plugin, {}, "old")] }));
  old.away = true;
  listener.hear("a");
  await around.clock.advance(1000);
  await agent.reload(runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(next.plugin, {}, "new")] }));
  await turn();
  listener.hear("b");
  await around.clock.advance(1000);
  assert.deepEqual([old.names, next.names], [[], ["a", "b"]]);
  assert.deepEqual([listener.starts, listener.stops, old.closed], [1, 0, 1]);
  await agent.stop();
});

test("metrics wait for the first output", async () => {
  const [listener, sink, around] = [new Listener(), new Sink(), testSurroundings()];
  const inputs = [inputConfig(listener.plugin)];
  const agent = new Agent(around);
  await agent.start(runnableConfig({ agent: { ...quickly, metricBufferLimit: 2 }, inputs }));
  for (const name of ["a", "b", "c"]) listener.hear(name);
  const config = { agent: { ...quickly, metricBufferLimit: 2 }, inputs, outputs: [outputConfig(sink.plugin)] };
  await agent.reload(runnableConfig(config));
  await agent.stop();
  assert.deepEqual(sink.names, ["b", "c"]);
  assert.match(around.lines.join(""), /1 metrics have been dropped before the first output was configured/);
});

test("a reload whose listener cannot open goes back to the running config", async () => {
  const [old, next, sink, around] = [new Listener(), new Listener(), new Sink(), testSurroundings()];
  const outputs = [outputConfig(sink.plugin)];
  const agent = new Agent(around);
  await agent.start(runnableConfig({ agent: quickly, inputs: [inputConfig(old.plugin, {}, "old")], outputs }));
  next.failures = 1;
  const wanted = runnableConfig({ agent: quickly, inputs: [inputConfig(next.plugin, {}, "new")], outputs });
  await assert.rejects(agent.reload(wanted), /address in use/);
  old.hear("still");
  await agent.stop();
  assert.deepEqual(sink.names, ["still"]);
  assert.equal(old.starts, 2);
});

test("a reload whose output cannot connect leaves everything as it was", async () => {
  const [listener, old, next, around] = [new Listener(), new Sink(), new Sink(), testSurroundings()];
  const inputs = [inputConfig(listener.plugin)];
  const agent = new Agent(around);
  await agent.start(runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(old.plugin, {}, "old")] }));
  next.refuseConnect = true;
  const reload = agent.reload(
    runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(next.plugin, {}, "new")] }),
  );
  await assert.rejects(reload, /cannot connect/);
  listener.hear("a");
  await agent.stop();
  assert.deepEqual([old.names, next.names, listener.starts], [["a"], [], 1]);
});

test("a write that hangs holds up neither the reload nor the end, and what it held goes to the successor", async () => {
  const [listener, old, next, last, around] = [new Listener(), new Sink(), new Sink(), new Sink(), testSurroundings()];
  const inputs = [inputConfig(listener.plugin)];
  const to = (sink: Sink, name: string) =>
    runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(sink.plugin, {}, name)] });
  const hanging = Promise.withResolvers<void>();
  const agent = new Agent(around);
  await agent.start(to(old, "old"));
  old.answer = hanging.promise;
  listener.hear("a");
  await around.clock.advance(1000);
  await agent.reload(to(next, "next"));
  await agent.reload(to(last, "last"));
  listener.hear("b");
  const stopped = agent.stop();
  await turn();
  hanging.reject(new Error("aborted"));
  assert.equal(await stopped, 0);
  assert.deepEqual([old.names, next.names, last.names], [[], [], ["a", "b"]]);
});

test("what is left of an output without a successor is counted at the end", async () => {
  const [listener, old, around] = [new Listener(), new Sink(), testSurroundings()];
  const inputs = [inputConfig(listener.plugin)];
  const agent = new Agent(around);
  await agent.start(runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(old.plugin)] }));
  old.away = true;
  listener.hear("a");
  await agent.reload(runnableConfig({ agent: quickly, inputs }));
  assert.equal(await agent.stop(), 1);
  assert.match(around.lines.join(""), /outputs\.sink is gone with 1 undelivered metrics/);
});

test("an output that takes long to connect delays neither the listeners nor a reload beyond five seconds", async () => {
  const [listener, sink, next, around] = [new Listener(), new Sink(), new Sink(), testSurroundings()];
  const inputs = [inputConfig(listener.plugin)];
  const connected = Promise.withResolvers<void>();
  sink.connected = connected.promise;
  const agent = new Agent(around);
  const start = agent.start(runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(sink.plugin, {}, "1")] }));
  await turn();
  listener.hear("a");
  await around.clock.advance(1000);
  assert.deepEqual(sink.names, []);
  connected.resolve();
  await start;
  await turn();
  assert.deepEqual(sink.names, ["a"]);
  next.connected = new Promise(() => {});
  const reload = agent.reload(
    runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(next.plugin, {}, "2")] }),
  );
  await around.clock.advance(5000);
  await reload;
  assert.equal(listener.starts, 1);
});

test("stopped while it starts: no further listener is opened", async () => {
  const [first, second, sink, around] = [new Listener(), new Listener(), new Sink(), testSurroundings()];
  const opened = Promise.withResolvers<void>();
  first.opened = opened.promise;
  const agent = new Agent(around);
  const inputs = [inputConfig(first.plugin, {}, "1"), inputConfig(second.plugin, {}, "2")];
  const start = agent.start(runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(sink.plugin)] }));
  await turn();
  await agent.stop();
  opened.resolve();
  await start;
  assert.deepEqual([first.starts, second.starts, around.clock.pendingTimers], [1, 0, 0]);
});

test("changed global tags replace every instance", async () => {
  const [listener, sink, around] = [new Listener(), new Sink(), testSurroundings()];
  const parts = { agent: quickly, inputs: [inputConfig(listener.plugin)], outputs: [outputConfig(sink.plugin)] };
  const agent = new Agent(around);
  await agent.start(runnableConfig(parts));
  await agent.reload(runnableConfig({ ...parts, agent: { ...quickly, hostname: "other" } }));
  listener.hear("a");
  await agent.stop();
  assert.deepEqual([...sink.hosts], ["other"]);
  assert.equal(listener.starts, 2);
});

test("a start that fails closes what was open", async () => {
  const [good, bad, sink, around] = [new Listener(), new Listener(), new Sink(), testSurroundings()];
  bad.failures = 1;
  const agent = new Agent(around);
  const inputs = [inputConfig(good.plugin, {}, "good"), inputConfig(bad.plugin, {}, "bad")];
  await assert.rejects(
    agent.start(runnableConfig({ agent: quickly, inputs, outputs: [outputConfig(sink.plugin)] })),
    /inputs\.listener: address in use/,
  );
  assert.deepEqual([good.stops, sink.closed, around.clock.pendingTimers], [1, 1, 0]);
});
