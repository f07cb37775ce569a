// The surroundings of a runner in a test: a held clock, a log that collects its lines, an abort signal.

import { createLog } from "../../agent/core/log.ts";
import { SelfStatistics } from "../../agent/core/self-statistics.ts";
import { HeldClock } from "./held-clock.ts";

export function testSurroundings() {
  const clock = new HeldClock();
  const lines: string[] = [];
  const abort = new AbortController();
  const statistics = new SelfStatistics();
  const log = createLog({
    level: "debug",
    format: "text",
    messageKey: "msg",
    write: (line) => lines.push(line),
    nowNs: () => clock.nowNs(),
  });
  return { clock, lines, log, statistics, abort, signal: abort.signal, hostname: "test-host" };
}
