// The running agent: outputs, inputs and the way between them. Starts in order, replaces what a new config changes and
// keeps the rest running, and stops without losing what can still be delivered (telegraf agent/agent.go).

import { InputRunner } from "./input-runner.ts";
import type { Metric } from "./metric.ts";
import { OutputRunner } from "./output-runner.ts";
import { RingBuffer } from "./ring-buffer.ts";
import { errorText, type InputConfig, type OutputConfig, type RunnableConfig, type Surroundings } from "./runner.ts";

/** What the agent brings to every config it runs; `agent` and `globalTags` come with the config. */
export type AgentSurroundings = Omit<Surroundings, "agent" | "globalTags"> & { readonly hostname: string };

/** How long a reload waits for new outputs to connect. */
const LONGEST_CONNECT_MS = 5_000;

export class Agent {
  readonly #given: AgentSurroundings;
  #inputs: InputRunner[] = [];
  #outputs: OutputRunner[] = [];
  /** Equal keys mean that every surviving instance may go on as it is. */
  #settingsKey = "";
  /** Metrics that came before there was any output (a sidecar whose class has not arrived yet). */
  #waiting = new RingBuffer<Metric>(0);
  #waitingDropped = 0;
  /** Replaced outputs that still finish a write. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #heirs = new WeakMap<OutputRunner, OutputRunner>();
  #lost = 0;
  #ending = false;

  constructor(given: AgentSurroundings) {
    this.#given = given;
  }

  get inputs(): readonly InputRunner[] {
    return this.#inputs;
  }

  get outputs(): readonly OutputRunner[] {
    return this.#outputs;
  }

  /**
   * Listeners open first and collections begin: what comes is kept while outputs still connect. Rejects when an output
   * cannot connect or a listener cannot open; everything is closed again then.
   */
  async start(config: RunnableConfig, { poll }: { readonly poll: boolean } = { poll: true }): Promise<void> {
    const surroundings = this.#surroundingsFor(config);
    this.#settingsKey = settingsKey(config);
    this.#waiting = new RingBuffer(config.agent.metricBufferLimit || 10_000);
    this.#outputs = config.outputs.map((output) => new OutputRunner(output, surroundings));
    this.#inputs = config.inputs.map((input) => this.#newInput(input, surroundings));
    const connected = Promise.all(this.#outputs.map((output) => output.connect({ patient: true })));
    // It is awaited below; until then a failure must not count as unhandled.
    connected.catch(() => {});
    try {
      for (const input of this.#inputs) if (!this.#ending) await input.start();
      if (poll && !this.#ending) this.#run(this.#inputs, this.#outputs);
      await connected;
    } catch (error) {
      if (!this.#ending) await this.#close();
      throw error;
    }
  }

  /**
   * Runs `config` instead. Instances whose table did not change keep their listeners, series and buffers. If the new
   * config cannot start, the old one goes on and the promise rejects.
   */
  async reload(config: RunnableConfig): Promise<void> {
    const key = settingsKey(config);
    const same = key === this.#settingsKey;
    const surroundings = this.#surroundingsFor(config);
    const outputs = match(
      same ? this.#outputs : [],
      config.outputs,
      (output) => new OutputRunner(output, surroundings),
    );
    const inputs = match(same ? this.#inputs : [], config.inputs, (input) => this.#newInput(input, surroundings));
    const oldOutputs = this.#outputs.filter((output) => !outputs.kept.has(output));
    const oldInputs = this.#inputs.filter((input) => !inputs.kept.has(input));
    try {
      await this.#soon(Promise.all(outputs.added.map((output) => output.connect({ patient: false }))));
    } catch (error) {
      await Promise.all(outputs.added.map((output) => output.stop({ finalFlush: false })));
      throw error;
    }
    await this.#swapInputs(oldInputs, inputs.added, outputs.added);
    this.#inputs = inputs.all;
    this.#outputs = outputs.all;
    this.#settingsKey = key;
    this.#run(inputs.added, outputs.added);
    this.#handOver(oldOutputs, outputs.added);
    this.#deliverWaiting();
  }

  /** Writes everything that is buffered, now. */
  async flush(): Promise<void> {
    await Promise.all(this.#outputs.map((output) => output.flush()));
  }

  /** Collects once from every input, side by side. */
  async gather(): Promise<void> {
    await Promise.all(this.#inputs.map((input) => input.gather()));
  }

  /** Last collection of the listeners, last flush, close. Returns how many metrics could not be delivered. */
  async stop(): Promise<number> {
    this.#ending = true;
    this.#given.log.info("Hang on, flushing any cached metrics before shutdown");
    await Promise.all(this.#inputs.map((input) => input.stop({ finalGather: true })));
    this.#given.log.info("Stopping running outputs");
    await Promise.all(this.#leaving);
    const left = await Promise.all(this.#outputs.map((output) => output.stop({ finalFlush: true })));
    return left.reduce((sum, metrics) => sum + metrics.length, this.#waiting.length + this.#lost);
  }

  #run(inputs: readonly InputRunner[], outputs: readonly OutputRunner[]): void {
    for (const output of outputs) output.run();
    for (const input of inputs) input.poll();
  }

  /** A destination that does not answer must not hold up a reload: it goes on connecting while its metrics are kept. */
  async #soon(connected: Promise<unknown>): Promise<void> {
    const { clock, log } = this.#given;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = clock.after(LONGEST_CONNECT_MS, resolve);
    connected.catch((error: unknown) => log.debug(`connecting: ${errorText(error)}`));
    await Promise.race([connected, late]);
    timer.cancel();
  }

  #surroundingsFor(config: RunnableConfig): Surroundings {
    const globalTags = new Map(config.globalTags);
    if (!config.agent.omitHostname) globalTags.set("host", config.agent.hostname || this.#given.hostname);
    return { ...this.#given, agent: config.agent, globalTags };
  }

  #newInput(config: InputConfig, surroundings: Surroundings): InputRunner {
    return new InputRunner(config, surroundings, {
      take: (metric) => this.#route(metric),
      room: async () => {
        await Promise.all(this.#outputs.map((output) => output.room()));
      },
    });
  }

  #route(metric: Metric): void {
    for (const output of this.#outputs) output.add(metric);
    if (this.#outputs.length === 0 && this.#waiting.push(metric)) this.#waitingDropped += 1;
  }

  /** Two listeners cannot share a port: the old ones go first, and come back if the new ones fail. */
  async #swapInputs(old: readonly InputRunner[], added: readonly InputRunner[], newOutputs: readonly OutputRunner[]) {
    await Promise.all(old.map((input) => input.stop({ finalGather: true })));
    try {
      for (const input of added) await input.start();
    } catch (error) {
      await Promise.all(added.map((input) => input.stop({ finalGather: false })));
      await Promise.all(newOutputs.map((output) => output.stop({ finalFlush: false })));
      await this.#restore(old);
      throw error;
    }
  }

  async #restore(stopped: readonly InputRunner[]): Promise<void> {
    for (const input of stopped) {
      const again = this.#newInput(input.config, input.surroundings);
      try {
        await again.start();
        again.poll();
        this.#inputs = this.#inputs.map((running) => (running === input ? again : running));
      } catch (error) {
        this.#given.log.error(`could not go back to the previous ${input.name}: ${errorText(error)}`);
        this.#inputs = this.#inputs.filter((running) => running !== input);
      }
    }
  }

  /** What an old output could not deliver goes to its successor of the same name; without one it is flushed. */
  #handOver(old: readonly OutputRunner[], added: readonly OutputRunner[]): void {
    const free = [...added];
    for (const output of old) {
      const at = free.findIndex((candidate) => candidate.name === output.name);
      const heir = at < 0 ? undefined : free.splice(at, 1)[0];
      if (heir !== undefined) this.#heirs.set(output, heir);
      const leaving = this.#leave(output).finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
    }
  }

  /** Takes as long as the write under way; nobody waits for it but the end of the agent. */
  async #leave(output: OutputRunner): Promise<void> {
    const left = await output.stop({ finalFlush: !this.#heirs.has(output) });
    let heir = this.#heirs.get(output);
    // The heir may have been replaced in the meantime.
    while (heir !== undefined && !this.#outputs.includes(heir)) heir = this.#heirs.get(heir);
    if (heir !== undefined) heir.inherit(left);
    else if (left.length > 0) {
      this.#lost += left.length;
      this.#given.log.error(`${output.name} is gone with ${left.length} undelivered metrics`);
    }
  }

  #deliverWaiting(): void {
    if (this.#outputs.length === 0) return;
    if (this.#waitingDropped > 0) {
      this.#given.log.warn(`${this.#waitingDropped} metrics have been dropped before the first output was configured`);
      this.#waitingDropped = 0;
    }
    for (const metric of this.#waiting.take(this.#waiting.length)) this.#route(metric);
  }

  async #close(): Promise<void> {
    await Promise.all(this.#inputs.map((input) => input.stop({ finalGather: false })));
    await Promise.all(this.#outputs.map((output) => output.stop({ finalFlush: false })));
  }
}

function settingsKey(config: RunnableConfig): string {
  const agent = Object.entries(config.agent).map(([key, value]) => `${key}=${String(value)}`);
  return JSON.stringify([agent, [...config.globalTags].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

interface Matched<R> {
  readonly all: R[];
  readonly kept: ReadonlySet<R>;
  readonly added: readonly R[];
}

/** Pairs running instances with the tables of the new config by fingerprint; equal tables are paired one to one. */
function match<R extends { readonly config: { readonly fingerprint: string } }, C extends InputConfig | OutputConfig>(
  running: readonly R[],
  wanted: readonly C[],
  create: (config: C) => R,
): Matched<R> {
  const free = [...running];
  const kept = new Set<R>();
  const added: R[] = [];
  const all = wanted.map((config) => {
    const at = free.findIndex((candidate) => candidate.config.fingerprint === config.fingerprint);
    const runner = at < 0 ? create(config) : (free.splice(at, 1)[0] as R);
    if (at < 0) added.push(runner);
    else kept.add(runner);
    return runner;
  });
  return { all, kept, added };
}
