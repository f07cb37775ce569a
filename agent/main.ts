// The agent's entry: the only place that reads the process (arguments, environment, signals) and ends it.

import { openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { BUILT_IN_NOTICE, BUILT_IN_REMEDY } from "./built-in-config.ts";
import { catalog } from "./catalog.ts";
import { helpText, parseCommandLine, UsageError, type Invocation } from "./cli.ts";
import type { AgentOptions } from "./config/agent-options.ts";
import { parseDuration } from "./config/duration.ts";
import { formatProblems } from "./config/format-problem.ts";
import type { ConfigProblem } from "./config/config.ts";
import { systemClock } from "./core/clock.ts";
import { createLog, LOG_LEVELS, type Log, type LogLevel } from "./core/log.ts";
import { errorText, type RunnableConfig } from "./core/runner.ts";
import { SelfStatistics } from "./core/self-statistics.ts";
import { EXIT } from "./exit-codes.ts";
import { configReader, type ConfigReader } from "./read-config.ts";
import { cannotRun, run } from "./run.ts";
import { runOnce } from "./run-once.ts";
import { VERSION } from "./version.ts";

const DEFAULT_SHUTDOWN_MS = 10_000;
const DEFAULT_WATCH_MS = 1_000;

/** A file that the agent itself needs cannot be had; exit 69. */
class StartError extends Error {}

async function main(): Promise<number> {
  const invocation = parseCommandLine(process.argv.slice(2));
  switch (invocation.command) {
    case "help":
      process.stdout.write(helpText());
      return EXIT.done;
    case "version":
      process.stdout.write(`Pilotfish ${VERSION}\n`);
      return EXIT.done;
    case "plugins":
      process.stdout.write(pluginList());
      return EXIT.done;
    case "config check":
    case "run":
      return withConfig(invocation);
  }
}

async function withConfig(invocation: Invocation): Promise<number> {
  const { command, flags } = invocation;
  const reader = configReader(invocation, process.env);
  const { config, problems, text } = await reader.load();
  const log = logFor(config?.agent, flags);
  const report = (found: readonly ConfigProblem[]) => reportProblems(found, log, command === "config check");
  report(problems);
  if (config === undefined) return EXIT.config;
  if (command === "config check") {
    process.stdout.write(`The config is sound: ${config.inputs.length} inputs, ${config.outputs.length} outputs.\n`);
    return EXIT.done;
  }
  return runConfig({ config, text, reader, flags, log, report });
}

interface Running {
  readonly config: RunnableConfig;
  readonly text: string;
  readonly reader: ConfigReader;
  readonly flags: Invocation["flags"];
  readonly log: Log;
  readonly report: (problems: readonly ConfigProblem[]) => void;
}

async function runConfig({ config, text, reader, flags, log, report }: Running): Promise<number> {
  const testWait = flags["test-wait"]?.at(-1);
  const isTest = flags.test !== undefined || testWait !== undefined;
  const awaitOutputs = flags["await-outputs"] !== undefined;
  const missing = cannotRun(config, awaitOutputs || isTest);
  if (missing !== undefined) {
    log.error(missing);
    return EXIT.config;
  }
  const base = { clock: systemClock, log, hostname: hostname() };
  const startRemedy = reader.isBuiltIn ? BUILT_IN_REMEDY : "";
  if (isTest || flags.once !== undefined) {
    const surroundings = { ...base, statistics: new SelfStatistics(), signal: new AbortController().signal };
    const print = isTest ? (line: string) => process.stdout.write(line) : undefined;
    const once = runOnce(config, surroundings, { waitMs: durationFlag("test-wait", testWait, 0), print });
    return onceExit(once, log, startRemedy);
  }
  log.info(`Starting Pilotfish agent ${VERSION} (Node ${process.versions.node})`);
  if (reader.isBuiltIn) log.warn(BUILT_IN_NOTICE);
  const watch = watchMode(flags["watch-config"]?.at(-1));
  const intervalMs = durationFlag("watch-interval", flags["watch-interval"]?.at(-1), DEFAULT_WATCH_MS);
  const shutdownMs = durationFlag("shutdown-timeout", flags["shutdown-timeout"]?.at(-1), DEFAULT_SHUTDOWN_MS);
  const pidfile = flags.pidfile?.at(-1);
  if (pidfile !== undefined) writePid(pidfile);
  try {
    return await run({
      ...base,
      first: config,
      firstText: text,
      load: reader.load,
      report,
      watch: watch && { mode: watch, intervalMs, directories: reader.directories, read: reader.text },
      awaitOutputs,
      startRemedy,
      shutdownMs,
      signals: process,
    });
  } finally {
    if (pidfile !== undefined) rmSync(pidfile, { force: true });
  }
}

async function onceExit(result: Promise<string | undefined>, log: Log, startRemedy: string): Promise<number> {
  try {
    const failure = await result;
    if (failure === undefined) return EXIT.done;
    log.error(failure);
    return EXIT.failed;
  } catch (error) {
    log.error(`cannot start: ${errorText(error)}${startRemedy}`);
    return EXIT.unavailable;
  }
}

/** Errors are shown whole, for people and editors; warnings alone go the way of the log. */
function reportProblems(problems: readonly ConfigProblem[], log: Log, isCheck: boolean): void {
  if (problems.length === 0) return;
  if (isCheck || problems.some(({ severity }) => severity === "error")) {
    process.stderr.write(`${formatProblems(problems)}\n`);
    return;
  }
  for (const { source, line, message, remedy } of problems) log.warn(`${source}:${line}: ${message}; ${remedy}`);
}

function logFor(agent: AgentOptions | undefined, flags: Invocation["flags"]): Log {
  const named = flags["log-level"]?.at(-1);
  const level = LOG_LEVELS.find((candidate) => candidate === named);
  if (named !== undefined && level === undefined) {
    throw new UsageError(`--log-level ${named} is not a level; use one of ${LOG_LEVELS.join(", ")}`);
  }
  const file = agent?.logfile ? opened(agent.logfile) : undefined;
  return createLog({
    level: level ?? levelOf(agent, flags),
    format: agent?.logformat ?? "text",
    messageKey: agent?.structuredLogMessageKey || "msg",
    write: (line) => (file === undefined ? process.stderr.write(line) : writeSync(file, line)),
    nowNs: () => systemClock.nowNs(),
  });
}

/** The log file. Throws StartError. */
function opened(logfile: string): number {
  try {
    return openSync(logfile, "a");
  } catch (error) {
    throw new StartError(`cannot write the log: ${errorText(error)}; change logfile in [agent]`);
  }
}

function writePid(pidfile: string): void {
  try {
    writeFileSync(pidfile, `${process.pid}\n`);
  } catch (error) {
    throw new StartError(`cannot write the process id: ${errorText(error)}; change --pidfile`);
  }
}

function levelOf(agent: AgentOptions | undefined, flags: Invocation["flags"]): LogLevel {
  if (flags.quiet !== undefined || (agent?.quiet && flags.debug === undefined)) return "error";
  return flags.debug !== undefined || agent?.debug ? "debug" : "info";
}

function watchMode(value: string | undefined): "poll" | "notify" | undefined {
  if (value === undefined || value === "poll" || value === "notify") return value;
  if (value === "inotify") return "notify";
  throw new UsageError(`--watch-config ${value} is not a mode; use notify or poll`);
}

function durationFlag(name: string, value: string | undefined, fallbackMs: number): number {
  if (value === undefined) return fallbackMs;
  const ns = parseDuration(value);
  if (ns === undefined || ns < 0) throw new UsageError(`--${name} ${value} is not a duration; write for instance 10s`);
  return ns / 1e6;
}

function pluginList(): string {
  const kinds = ["inputs", "processors", "aggregators", "outputs"] as const;
  return kinds
    .map(
      (kind) =>
        `${kind}:\n${catalog
          .names(kind)
          .map((name) => `  ${name}\n`)
          .join("")}`,
    )
    .join("");
}

process.on("uncaughtException", (error) => {
  process.stderr.write(`pilotfish agent: a bug, please report it: ${error.stack ?? error.message}\n`);
  process.exit(EXIT.internal);
});

function failure(error: unknown): number {
  if (!(error instanceof UsageError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`pilotfish agent: ${error.message}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.unavailable;
}

// No top-level await: the bundle is CommonJS. `exit`, because a listener or connection that a plugin forgot must not keep a
// finished agent alive.
void main()
  .catch(failure)
  .then((code) => process.exit(code));
