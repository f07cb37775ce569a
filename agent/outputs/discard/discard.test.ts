import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../core/clock.ts";
import { createLog } from "../../core/log.ts";
import { Metric } from "../../core/metric.ts";
import { SelfStatistics } from "../../core/self-statistics.ts";
import { discard } from "./index.ts";

test("accepts whatever it is given", async () => {
  const log = createLog({ level: "trace", format: "text", messageKey: "msg", write: assert.fail, nowNs: () => 0n });
  const context = {
    log,
    clock: systemClock,
    statistics: new SelfStatistics(),
    signal: new AbortController().signal,
  };
  const output = discard.create({}, context);
  assert.equal(await output.write([new Metric("cpu", 1n)]), undefined);
  assert.equal(discard.kind, "outputs");
  assert.equal(discard.name, "discard");
});
