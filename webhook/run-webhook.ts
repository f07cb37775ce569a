// `pilotfish webhook` from start to signal.

import { EXIT } from "./exit-codes.ts";
import { createLogger } from "./log/logger.ts";
import { readServeOptions, type RawServeOptions } from "./serve-options.ts";
import { serve } from "./serve.ts";
import { handleSignals } from "./signals.ts";

/** Ends the process: with 0 after SIGTERM or SIGINT, at once at the second signal. */
export async function runWebhook(raw: RawServeOptions): Promise<never> {
  const options = readServeOptions(raw, process.env);
  const log = createLogger(options.logLevel);
  handleSignals({
    hangUp: () => log.info("SIGHUP ignored: files and objects are followed, there is nothing to reload"),
  });
  const running = await serve(options, log);
  const ended = new Promise<void>((resolve) => handleSignals({ end: resolve }));
  const text = `listening on https://${running.address}`;
  log.info({ metrics: running.metricsAddress }, text);
  // The log is for machines; who started it by hand looks for this.
  if (options.dev) process.stderr.write(`${text}\n`);
  await ended;
  handleSignals({ end: () => process.exit(EXIT.hurried) });
  await running.stop();
  process.exit(EXIT.done);
}
