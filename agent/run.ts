// The running agent as a process sees it: start, signals, reload, watch, and an end within a deadline.

import type { Config, ConfigProblem } from "./config/config.ts";
import { Agent } from "./core/agent.ts";
import type { Clock } from "./core/clock.ts";
import type { Log } from "./core/log.ts";
import type { AnyDescription } from "./core/plugin.ts";
import { errorText, type RunnableConfig } from "./core/runner.ts";
import { SelfStatistics } from "./core/self-statistics.ts";
import { EXIT } from "./exit-codes.ts";
import { watchConfig, type WatchSettings } from "./watch-config.ts";

export interface LoadedConfig {
  readonly config: Config<AnyDescription> | undefined;
  readonly problems: readonly ConfigProblem[];
  /** The text it was made of, to notice changes. */
  readonly text: string;
}

export interface RunSettings {
  readonly first: RunnableConfig;
  readonly firstText: string;
  /** Reads everything again, as at the start. */
  readonly load: () => Promise<LoadedConfig>;
  readonly report: (problems: readonly ConfigProblem[]) => void;
  readonly watch: Omit<WatchSettings, "clock"> | undefined;
  readonly awaitOutputs: boolean;
  /** Put behind the message of a start that failed; may be empty. */
  readonly startRemedy: string;
  readonly shutdownMs: number;
  readonly hostname: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signals: NodeJS.EventEmitter;
}

/** What is missing for a run, as upstream says it; undefined: nothing. */
export function cannotRun(config: RunnableConfig, awaitOutputs: boolean): string | undefined {
  const remedy = "; add a table to the config, see pilotfish agent plugins";
  if (config.inputs.length === 0) return `no inputs found, probably invalid config file provided${remedy}`;
  if (config.outputs.length === 0 && !awaitOutputs) {
    return `no outputs found, probably invalid config file provided${remedy}`;
  }
  return undefined;
}

/** Resolves with the exit code when a signal has ended the agent. */
export async function run(settings: RunSettings): Promise<number> {
  const { clock, log, hostname, first, signals } = settings;
  const abort = new AbortController();
  const agent = new Agent({ clock, log, hostname, statistics: new SelfStatistics(), signal: abort.signal });
  logStart(settings);
  const ended = firstSignal(signals);
  const starting = agent.start(first);
  const begun = await Promise.race([
    starting.then(
      () => "started" as const,
      (error: unknown) => ({ error }),
    ),
    ended,
  ]);
  if (typeof begun === "object") {
    log.error(`cannot start: ${errorText(begun.error)}${settings.startRemedy}`);
    return EXIT.unavailable;
  }
  if (begun === "started") {
    const stopReloading = reloadOnDemand(agent, settings);
    log.info("Agent is running");
    log.info(`${await ended} received`);
    await stopWithin(async () => (await stopReloading(), agent.stop()), abort, settings);
    return EXIT.done;
  }
  log.info(`${begun} received before the agent was up`);
  starting.catch(() => {});
  await stopWithin(() => agent.stop(), abort, settings);
  return EXIT.done;
}

function names(plugins: readonly { readonly plugin: { readonly name: string } }[]): string {
  return plugins.map(({ plugin }) => plugin.name).join(" ") || "none";
}

function logStart({ first, log, hostname, awaitOutputs }: RunSettings): void {
  log.info(`Loaded inputs: ${names(first.inputs)}`);
  log.info(`Loaded outputs: ${names(first.outputs)}`);
  if (first.outputs.length === 0 && awaitOutputs) {
    log.warn("No output yet: metrics are kept until the config brings one (--await-outputs)");
  }
  const { intervalMs, flushIntervalMs } = first.agent;
  const host = first.agent.omitHostname ? "" : first.agent.hostname || hostname;
  log.info(`Config: Interval:${intervalMs / 1000}s, Hostname:"${host}", Flush Interval:${flushIntervalMs / 1000}s`);
}

/** SIGHUP and file changes reload, one after the other; SIGUSR1 flushes. Returns the function that ends this and waits
 *  for a reload under way. */
function reloadOnDemand(agent: Agent, settings: RunSettings): () => Promise<void> {
  const { signals, log, watch, clock, firstText } = settings;
  let queue = Promise.resolve();
  const reload = (why: string) => {
    queue = queue.then(() => reloadOnce(agent, settings, why));
    return queue;
  };
  const onHup = () => void reload("SIGHUP received");
  const onUsr1 = () => {
    log.info("SIGUSR1 received: flushing all outputs");
    void agent.flush();
  };
  signals.on("SIGHUP", onHup);
  signals.on("SIGUSR1", onUsr1);
  const stopWatching = watch && watchConfig({ ...watch, clock }, firstText, () => reload("the config has changed"));
  return () => {
    signals.off("SIGHUP", onHup);
    signals.off("SIGUSR1", onUsr1);
    stopWatching?.();
    return queue;
  };
}

async function reloadOnce(agent: Agent, settings: RunSettings, why: string): Promise<void> {
  const { log, load, report, awaitOutputs } = settings;
  log.info(`${why}: reloading`);
  const { config, problems } = await load();
  report(problems);
  if (config === undefined) {
    log.error("the new config has errors; the agent goes on with the last good one");
    return;
  }
  const missing = cannotRun(config, awaitOutputs);
  if (missing !== undefined) {
    log.error(`${missing}; the agent goes on with the last good config`);
    return;
  }
  try {
    await agent.reload(config);
    log.info("reloaded");
  } catch (error) {
    log.error(`the new config cannot run: ${errorText(error)}; the agent goes on with the last good one`);
  }
}

function firstSignal(signals: NodeJS.EventEmitter): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"]) signals.once(name, () => resolve(name));
  });
}

/** The last collection and flush may take `shutdownMs`; then requests are aborted. A second signal aborts at once. */
async function stopWithin(stop: () => Promise<number>, abort: AbortController, settings: RunSettings): Promise<void> {
  const { clock, log, shutdownMs, signals } = settings;
  const giveUp = (why: string) => {
    log.error(`${why}; what is still unsent is lost`);
    abort.abort(new Error("the agent is shutting down"));
  };
  const deadline = clock.after(shutdownMs, () => giveUp(`shutdown took longer than ${shutdownMs / 1000} s`));
  void firstSignal(signals).then((name) => giveUp(`${name} received again`));
  const hardEnd = new Promise<undefined>((resolve) => {
    abort.signal.addEventListener("abort", () => clock.after(1000, () => resolve(undefined)), { once: true });
  });
  const undelivered = await Promise.race([stop(), hardEnd]);
  deadline.cancel();
  if (undelivered === undefined) log.error("an output did not let go in time");
  else if (undelivered > 0) log.error(`${undelivered} metrics could not be delivered and are lost`);
}
