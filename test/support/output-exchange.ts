// What an HTTP output said, as text that can be compared: with the order that is left to chance put straight, and
// without what only says which program or machine it was. Used by the golden tests and by the program that records the goldens.

import { readFile, readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { catalog } from "../../agent/catalog.ts";
import { loadConfig } from "../../agent/config/load.ts";
import type { OutputDescription } from "../../agent/core/plugin.ts";
import { InfluxParser } from "../../agent/formats/influx/parse.ts";
import { recordHttp, type Answer, type RecordedRequest } from "./http-recorder.ts";
import { pluginBench } from "./plugin-bench.ts";

/** One folder of a plugin's testcases: what the plugin is told, what it is given, what it must say. */
export interface OutputCase {
  readonly name: string;
  readonly folder: URL;
  /** The plugin's table, with `{{url}}` or `{{host}}` where the server belongs. */
  readonly config: string;
  /** Line protocol. */
  readonly input: string;
}

export const EXPECTED = "expected.txt";

export async function outputCases(plugin: string): Promise<readonly OutputCase[]> {
  const root = new URL(`../../agent/outputs/${plugin}/testcases/`, import.meta.url);
  const names = (await readdir(fileURLToPath(root))).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const folder = new URL(`${name}/`, root);
      const [config, input] = await Promise.all(
        ["output.conf", "input.influx"].map((file) => readFile(new URL(file, folder), "utf8")),
      );
      return { name, folder, config: config as string, input: input as string };
    }),
  );
}

export function withServer(config: string, port: number): string {
  return config.replaceAll("{{url}}", `http://127.0.0.1:${port}`).replaceAll("{{host}}", `127.0.0.1:${port}`);
}

/** A server that is content with everything. */
export function contentedServer({ url }: RecordedRequest): Answer {
  return url.includes("/query") ? { status: 200, body: '{"results":[{"statement_id":0}]}' } : { status: 204 };
}

/** Programs differ in these, and may. */
const INCIDENTAL = new Set(["accept-encoding", "connection", "content-length", "transfer-encoding", "user-agent"]);

/** `server`: host and port of the recorder, which become `{{host}}`. */
export function exchangeText(requests: readonly RecordedRequest[], server: string): string {
  const texts = requests.map(({ method, url, headers, body }) => {
    const kept = Object.entries(headers)
      .filter(([name, value]) => !INCIDENTAL.has(name) || (name === "user-agent" && value === "tester"))
      .map(([name, value]) => `${name}: ${String(value).replace(server, "{{host}}")}`)
      .toSorted();
    const lines = url.includes("f=wavefront") ? wavefrontText(body) : body;
    return `${method} ${url}\n${kept.join("\n")}\n\n${lines}${lines.endsWith("\n") ? "" : "\n"}`;
  });
  // Groups go out in any order, and databases are created again whenever Telegraf feels like it.
  return [...new Set(texts)].toSorted().join("---\n");
}

/** Go walks its maps in random order. */
const WAVEFRONT_TAGS = /(?: "(?:[^"\\\n]|\\.)*"="(?:[^"\\\n]|\\.)*")+$/gm;

/** A metric without a source gets the name of the machine. */
function wavefrontText(body: string): string {
  return body.replace(WAVEFRONT_TAGS, sortTags).replaceAll(` source="${hostname()}"`, ' source="{{hostname}}"');
}

function sortTags(tags: string): string {
  return (tags.match(/ "(?:[^"\\]|\\.)*"="(?:[^"\\]|\\.)*"/g) ?? []).toSorted().join("");
}

/** Runs one of our outputs over a case, through the config reader and the parser, and returns what it said. */
export async function exchangeOf(plugin: string, each: OutputCase, nowNs = 0n): Promise<string> {
  const server = await recordHttp(contentedServer);
  try {
    const source = { name: "output.conf", text: withServer(each.config, server.port) };
    const { config, problems } = await loadConfig([source], { catalog, env: {} });
    const entry = config?.outputs.find((output) => output.plugin.name === plugin);
    if (entry === undefined) throw new Error(`${each.name}: ${JSON.stringify(problems)}`);
    const { metrics, error } = new InfluxParser().parse(Buffer.from(each.input), nowNs);
    if (metrics === undefined) throw error;
    const output = (entry.plugin as OutputDescription<never>).create(entry.options as never, pluginBench());
    await output.connect?.();
    await output.write(metrics);
    await output.close?.();
    return exchangeText(server.requests, `127.0.0.1:${server.port}`);
  } finally {
    await server.close();
  }
}
