// Asks the agent's own reader what it thinks of a config: the code that judges here is the code that will read it there.

import type { Catalog, ConfigProblem } from "../../agent/config/config.ts";
import { loadConfig } from "../../agent/config/load.ts";

/** No errors: the agent would run it. Variables that are not in `env` are tolerated: the pod has them, we do not. */
export async function checkConfig(
  source: { readonly name: string; readonly text: string },
  catalog: Catalog,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly ConfigProblem[]> {
  const { problems } = await loadConfig([source], { catalog, env, tolerateUnresolved: true });
  return problems;
}
