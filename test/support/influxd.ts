// A real InfluxDB 1.x for tests and for the demo: own ports, own folder, gone without a trace. Free of any test runner.

import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export const INFLUXD_MISSING = "influxd 1.x is not installed (Debian: apt-get install influxdb)";

export interface InfluxdSettings {
  /** How long it may take until it answers. */
  readonly deadlineMs?: number;
  /** Lines for the section [http] of its config. */
  readonly http?: string;
}

/** One row of a series: column name to value. Integers arrive as numbers. */
export type InfluxRow = Readonly<Record<string, string | number | boolean | null>>;

/** undefined: not installed. Rejects when it is installed and does not start. */
export async function startInfluxd(settings: InfluxdSettings = {}): Promise<Influxd | undefined> {
  const program = await findProgram();
  if (program === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "pilotfish-influxd-"));
  const server = new Influxd(program, folder, settings);
  try {
    await server.up();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

export class Influxd {
  readonly #program: string;
  readonly #folder: string;
  readonly #settings: InfluxdSettings;
  #child: ChildProcess | undefined;
  #port = 0;
  #output = "";

  constructor(program: string, folder: string, settings: InfluxdSettings) {
    this.#program = program;
    this.#folder = folder;
    this.#settings = settings;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it, again on the same port and data after `down`; resolves when it answers. */
  async up(): Promise<void> {
    const config = join(this.#folder, "influxdb.conf");
    await writeFile(config, this.#config());
    this.#output = "";
    // GOMAXPROCS: a test's server has no need of every core.
    const env = { PATH: process.env["PATH"] ?? "", HOME: this.#folder, GOMAXPROCS: "2" };
    const child = spawn(this.#program, ["run", "-config", config], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    // When we end without having stopped it.
    const kill = (): unknown => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("close", () => process.off("exit", kill));
    child.on("error", (error) => (this.#output += error.message));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => this.#heard(chunk));
    const end = Date.now() + (this.#settings.deadlineMs ?? 30_000);
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`influxd does not answer:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it and keeps its data: an outage. */
  async down(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }

  /** Ends it and removes everything. */
  async stop(): Promise<void> {
    await this.down();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs InfluxQL; rows of all series of the first statement, tags of a `group by` among the columns. */
  async query(q: string, database = ""): Promise<readonly InfluxRow[]> {
    const body = new URLSearchParams({ q, epoch: "ns", ...(database !== "" && { db: database }) });
    const response = await fetch(`${this.url}/query`, { method: "POST", body });
    const answer = (await response.json()) as QueryAnswer;
    const result = answer.results?.[0];
    const error = answer.error ?? result?.error;
    if (error !== undefined) throw new Error(`influxd refuses ${q}: ${error}`);
    return (result?.series ?? []).flatMap(({ columns, values, tags }) =>
      (values ?? []).map((row) => ({
        ...tags,
        ...Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])),
      })),
    );
  }

  async #answers(): Promise<boolean> {
    if (this.#port === 0) return false;
    try {
      const response = await fetch(`${this.url}/ping`, { signal: AbortSignal.timeout(1000) });
      await response.arrayBuffer();
      return response.status === 204;
    } catch {
      return false;
    }
  }

  /** It chooses its own free port and says which. */
  #heard(chunk: Buffer): void {
    this.#output += chunk.toString();
    const port = /Listening on HTTP.*?addr=127\.0\.0\.1:(\d+)/.exec(this.#output)?.[1];
    if (port !== undefined) this.#port = Number(port);
  }

  #config(): string {
    const folder = (name: string) => JSON.stringify(join(this.#folder, name));
    return `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = ${folder("meta")}
[data]
dir = ${folder("data")}
wal-dir = ${folder("wal")}
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${this.#port}"
log-enabled = false
${this.#settings.http ?? ""}
[logging]
format = "logfmt"
`;
  }
}

interface QueryAnswer {
  readonly error?: string;
  readonly results?: readonly {
    readonly error?: string;
    readonly series?: readonly {
      readonly columns: readonly string[];
      readonly values?: readonly (readonly (string | number | boolean | null)[])[];
      readonly tags?: Readonly<Record<string, string>>;
    }[];
  }[];
}

async function findProgram(): Promise<string | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/sbin"];
  for (const folder of folders) {
    if (folder === "") continue;
    const path = join(folder, "influxd");
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not there; the next folder.
    }
  }
  return undefined;
}
