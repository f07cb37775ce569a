// What does one StatsD metric cost in process, from bytes to the aggregate? Nanoseconds a metric, medians of five, for
// 1,000 and 100,000 series and four kinds of datagrams, beside a baseline that splits strings into a Map.
// Then the cost of one gather, and the memory of 100,000 counter series. Prints one JSON object.
// Run: node --expose-gc bench/statsd-parse.ts. Nothing goes over a socket. Compare only figures of one run.

import { TemplateEngine } from "../agent/formats/graphite/template.ts";
import type { Accumulator } from "../agent/core/accumulator.ts";
import { createLog } from "../agent/core/log.ts";
import { Gatherer } from "../agent/inputs/statsd/gather.ts";
import { LineParser } from "../agent/inputs/statsd/line-parser.ts";
import { Rejections } from "../agent/inputs/statsd/rejections.ts";
import { GROUP_COUNT } from "../agent/inputs/statsd/series-kind.ts";
import { SeriesNaming } from "../agent/inputs/statsd/series-naming.ts";
import { SeriesTable } from "../agent/inputs/statsd/series-table.ts";

const ROUNDS = 5;
const METRICS_A_ROUND = 2_000_000;
const MTU_BYTES = 1400;

type Line = (series: number, at: number) => string;

const LINES = {
  counter: (series) => `svc.http.requests.route_${series}:1|c`,
  mixed: (series, at) =>
    [
      `svc.http.requests.route_${series}:3|c`,
      `svc.queue.depth_${series}:${at % 1000}|g`,
      `svc.http.latency_${series}:${(at % 997) / 8}|ms`,
    ][at % 3] as string,
  dogstatsd: (series) => `svc.http.requests:1|c|#route:r${series},method:get,status:200,region:eu-west-1`,
} as const satisfies Record<string, Line>;

function createParser(datadog: boolean): { parser: LineParser; table: SeriesTable } {
  const log = createLog({ level: "error", format: "text", messageKey: "msg", write: () => {}, nowNs: () => 0n });
  const table = new SeriesTable({
    deletes: Array.from({ length: GROUP_COUNT }, () => true),
    ttlMs: 0,
    percentiles: true,
    percentileLimit: 1000,
    random: Math.random,
  });
  const naming = new SeriesNaming({
    templates: new TemplateEngine([], "_"),
    sanitize: false,
    convertNames: false,
    temporality: undefined,
  });
  const parser = new LineParser({
    table,
    naming,
    rejections: new Rejections(log),
    datadog,
    keepContainer: false,
    distributions: false,
    takeMessage: () => false,
  });
  return { parser, table };
}

interface Datagrams {
  readonly list: readonly Buffer[];
  readonly metrics: number;
}

/** Odd and prime to the numbers of series: steps through all of them, far from one to the next. */
const STRIDE = 7919;

/** Every series equally often, in an order that no cache can foresee. */
function createDatagrams(line: Line, series: number, packed: boolean): Datagrams {
  const count = Math.max(series, 20_000);
  const order = Array.from({ length: count }, (_, at) => (at * STRIDE) % series);
  const list: Buffer[] = [];
  let open: string[] = [];
  let length = 0;
  for (const [at, one] of order.entries()) {
    const text = line(one, at);
    if (open.length > 0 && (!packed || length + text.length + 1 > MTU_BYTES)) {
      list.push(Buffer.from(open.join("\n")));
      open = [];
      length = 0;
    }
    open.push(text);
    length += text.length + 1;
  }
  list.push(Buffer.from(open.join("\n")));
  return { list, metrics: count };
}

/** Runs whole passes over the datagrams until enough metrics went by; the first passes warm up. */
function nanosecondsAMetric(datagrams: Datagrams, take: (datagram: Buffer) => void): number {
  const passes = Math.max(1, Math.round(METRICS_A_ROUND / datagrams.metrics));
  const results: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let pass = 0; pass < passes; pass++) for (const datagram of datagrams.list) take(datagram);
    if (round >= 0) results.push(Number(process.hrtime.bigint() - start) / (passes * datagrams.metrics));
  }
  return median(results);
}

/** What a straightforward server does: strings, split, a Map by name (and tags). */
function splitBaseline(): (datagram: Buffer) => void {
  const counters = new Map<string, number>();
  return (datagram) => {
    for (const line of datagram.toString().split("\n")) {
      const [bucket, rest] = splitOnce(line);
      const parts = rest.split("|");
      const tags = parts.find((part) => part.startsWith("#"));
      const key =
        tags === undefined
          ? `${bucket}|${parts[1]}`
          : `${bucket}|${parts[1]}|${tags.slice(1).split(",").toSorted().join(",")}`;
      counters.set(key, (counters.get(key) ?? 0) + Number(parts[0]));
    }
  };
}

function splitOnce(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1)];
}

function median(values: readonly number[]): number {
  return Math.round((values.toSorted((a, b) => a - b)[values.length >> 1] as number) * 10) / 10;
}

function measureParsing() {
  const rows = [];
  for (const [kind, line] of Object.entries(LINES)) {
    for (const packed of [false, true]) {
      for (const series of [1000, 100_000]) {
        const datagrams = createDatagrams(line, series, packed);
        const { parser, table } = createParser(kind === "dogstatsd");
        const pilotfish = nanosecondsAMetric(datagrams, (datagram) => {
          parser.parse(datagram.copy(parser.bytes));
        });
        table.freeze();
        const split = nanosecondsAMetric(datagrams, splitBaseline());
        rows.push({ lines: kind, datagram: packed ? "mtu" : "small", series, pilotfishNs: pilotfish, splitNs: split });
      }
    }
  }
  return rows;
}

async function measureGather() {
  const { parser, table } = createParser(false);
  const settings = { percentiles: [], floatCounters: false, floatTimings: false, floatSets: false, startTime: false };
  const gatherer = new Gatherer(table, settings, 0n);
  const acc: Accumulator = { add() {}, addFields() {}, nowNs: () => 0n, error() {} };
  const datagrams = createDatagrams(LINES.counter, 100_000, true);
  const wholeMs: number[] = [];
  const longestPauseMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const datagram of datagrams.list) parser.parse(datagram.copy(parser.bytes));
    let longest = 0;
    let last = performance.now();
    let running = true;
    const watch = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (running) setImmediate(watch);
    };
    setImmediate(watch);
    const start = performance.now();
    await gatherer.gather(acc, 0n);
    wholeMs.push(performance.now() - start);
    running = false;
    longestPauseMs.push(longest);
  }
  return { series: 100_000, wholeMs: median(wholeMs), longestPauseMs: median(longestPauseMs) };
}

function measureMemory() {
  const collect = globalThis.gc;
  if (collect === undefined) return { error: "run with --expose-gc" };
  const datagrams = createDatagrams(LINES.counter, 100_000, true);
  const { parser, table } = createParser(false);
  collect();
  const before = process.memoryUsage();
  for (const datagram of datagrams.list) parser.parse(datagram.copy(parser.bytes));
  collect();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
  const names = datagrams.list.reduce((sum, datagram) => sum + datagram.length, 0) / datagrams.metrics - 5;
  return {
    series: table.index.size,
    bytesASeries: Math.round(bytes / table.index.size),
    bytesANameMean: Math.round(names),
  };
}

const memory = measureMemory();
const result = {
  node: process.version,
  rounds: ROUNDS,
  parsing: measureParsing(),
  gather: await measureGather(),
  memory,
};
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
