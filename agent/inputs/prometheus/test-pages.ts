// For the tests and the recording script of this folder: the recorded pages, a server for them, and an input that is
// built from TOML and read as line protocol.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { readOptions } from "../../config/options.ts";
import { parseToml } from "../../config/toml/parse.ts";
import { RoundingAccumulator } from "../../core/accumulator.ts";
import { systemClock } from "../../core/clock.ts";
import { createLog } from "../../core/log.ts";
import { SelfStatistics } from "../../core/self-statistics.ts";
import { InfluxSerializer } from "../../formats/influx/serialize.ts";
import { prometheus } from "./index.ts";

export const TESTCASES = join(import.meta.dirname, "testcases");
const TEXT = "text/plain; version=0.0.4; charset=utf-8";

export interface PageCase {
  readonly name: string;
  readonly page: Buffer;
  readonly contentType: string;
  /** Options of the plugin, as TOML. */
  readonly options: string;
}

export function pageCases(): readonly PageCase[] {
  return readdirSync(TESTCASES).map((name) => ({
    name,
    page: readFileSync(join(TESTCASES, name, "page")),
    contentType: optional(join(TESTCASES, name, "content-type"))?.trim() ?? TEXT,
    options: optional(join(TESTCASES, name, "options.toml")) ?? "",
  }));
}

function optional(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Each case under its own name. */
export async function servePages(cases: readonly PageCase[]): Promise<PageServer> {
  const byPath = new Map(cases.map((each) => [`/${each.name}`, each]));
  const server = http.createServer((request, response) => {
    const found = byPath.get(request.url ?? "");
    if (found === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": found.contentType }).end(found.page);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const REFUSED = "(refused)";
const NOW_NS = 1_800_000_000_000_000_000n;

/** Lines of one collection, comparable: sorted, the time of collection as `now`, the server's address as `server`. */
export function comparable(lines: readonly string[], nowNs: bigint, serverUrl: string): string {
  const hourNs = 3_600_000_000_000n;
  const plain = lines.map((line) => {
    const space = line.lastIndexOf(" ");
    const awayNs = BigInt(line.slice(space + 1)) - nowNs;
    const time = awayNs < hourNs && awayNs > -hourNs ? "now" : line.slice(space + 1);
    return `${line.slice(0, space)} ${time}`.replaceAll(serverUrl, "http://server");
  });
  return plain.toSorted().join("\n");
}

export class TestPrometheus {
  readonly log: string[] = [];
  readonly errors: string[] = [];
  readonly lines: string[] = [];
  readonly statistics = new SelfStatistics();
  readonly abort = new AbortController();
  readonly nowNs = NOW_NS;
  /** How often the input asked whether there is room. */
  waits = 0;
  readonly input: ReturnType<typeof prometheus.create>;
  readonly #acc: RoundingAccumulator;

  constructor(toml: string) {
    const serializer = new InfluxSerializer({ sortFields: true, uintSupport: true });
    const write = (line: string): number => this.log.push(line);
    const log = createLog({ level: "debug", format: "text", messageKey: "msg", write, nowNs: () => NOW_NS });
    const clock = { ...systemClock, nowNs: () => NOW_NS };
    const context = { log, clock, statistics: this.statistics, signal: this.abort.signal };
    this.input = prometheus.create(readPrometheusOptions(toml), context);
    this.#acc = new RoundingAccumulator(1n, {
      nowNs: () => NOW_NS,
      take: (metric) => this.lines.push(serializer.serialize(metric).body.toString("utf8").replace(/\n$/, "")),
      error: (error) => this.errors.push(error.message),
      room: async () => void (this.waits += 1),
    });
  }

  /** What came out, without metrics that line protocol cannot say. */
  async gather(): Promise<string[]> {
    this.lines.length = 0;
    await this.input.gather?.(this.#acc);
    return this.lines.filter((line) => line !== "");
  }
}

export function problemsOf(toml: string): string[] {
  const problems: string[] = [];
  const { root, problems: syntax } = parseToml(toml);
  assert.deepEqual(syntax, []);
  const options = readOptions(root, prometheus.options, (_, message, remedy) => problems.push(`${message}; ${remedy}`));
  for (const { key, message, remedy } of prometheus.validate?.(options) ?? []) {
    problems.push(`${key}: ${message}; ${remedy}`);
  }
  return problems;
}

function readPrometheusOptions(toml: string): Parameters<typeof prometheus.create>[0] {
  assert.deepEqual(problemsOf(toml), []);
  return readOptions(parseToml(toml).root, prometheus.options, () => {});
}
