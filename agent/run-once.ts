// --test and --once: start, collect once, stop. --test prints instead of writing.

import { setTimeout as wait } from "node:timers/promises";
import { commonOptions } from "./config/common-options.ts";
import { defaultsOf } from "./config/options.ts";
import { Agent, type AgentSurroundings } from "./core/agent.ts";
import { defineOutput } from "./core/plugin.ts";
import type { OutputConfig, RunnableConfig } from "./core/runner.ts";
import { InfluxSerializer } from "./formats/influx/serialize.ts";

export interface RunOnceSettings {
  /** How long listeners stay open before the collection. */
  readonly waitMs: number;
  /** Where `--test` prints; undefined: write to the config's outputs (`--once`). */
  readonly print: ((text: string) => void) | undefined;
}

/** Returns what went wrong as one sentence, or undefined. */
export async function runOnce(
  config: RunnableConfig,
  surroundings: AgentSurroundings,
  { waitMs, print }: RunOnceSettings,
): Promise<string | undefined> {
  const agent = new Agent(surroundings);
  const outputs = print === undefined ? config.outputs : [printOutput(print)];
  await agent.start({ ...config, outputs }, { poll: false });
  if (waitMs > 0) await wait(waitMs);
  await agent.gather();
  const undelivered = await agent.stop();
  const gatherErrors = agent.inputs.reduce((sum, input) => sum + input.gatherErrors, 0);
  const lost = agent.outputs.reduce((sum, output) => sum + output.lost, undelivered);
  if (gatherErrors > 0) return `input plugins recorded ${gatherErrors} errors`;
  return lost > 0 ? `output plugins unable to send ${lost} metrics` : undefined;
}

function printOutput(print: (text: string) => void): OutputConfig {
  const serializer = new InfluxSerializer({ sortFields: true, uintSupport: true });
  const plugin = defineOutput({
    name: "print",
    options: {},
    create: () => ({
      write: async (batch) => {
        for (const metric of batch) {
          const { body } = serializer.serialize(metric);
          if (body.length > 0) print(`> ${body.toString()}`);
        }
      },
    }),
  });
  return {
    kind: "outputs",
    plugin,
    options: {},
    common: defaultsOf(commonOptions.outputs),
    fingerprint: "print",
  };
}
