// `pilotfish webhook` from start to signal.

import { once } from "node:events";
import { createLogger } from "./log/logger.ts";
import { readServeOptions, type RawServeOptions } from "./serve-options.ts";
import { serve } from "./serve.ts";

/** Ends the process: with 0 after SIGTERM or SIGINT, at once at the second signal. */
export async function runWebhook(raw: RawServeOptions): Promise<never> {
  const options = readServeOptions(raw, process.env);
  const log = createLogger(options.logLevel);
  const running = await serve(options, log);
  const text = `listening on https://${running.address}`;
  log.info({ metrics: running.metricsAddress }, text);
  // The log is for machines; who started it by hand looks for this.
  if (options.dev) process.stderr.write(`${text}\n`);
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  process.once("SIGTERM", exitNow).once("SIGINT", exitNow);
  await running.stop();
  process.exit(0);
}

function exitNow(): never {
  process.exit(1);
}
