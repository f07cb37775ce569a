// inputs.statsd: StatsD and DogStatsD over UDP and TCP, aggregated for an interval. The product's main input.
// Follows Telegraf's plugins/inputs/statsd (1.39); README.md lists where it deliberately differs.

import { defineInput } from "../../core/plugin.ts";
import { STATSD_OPTIONS, validateStatsd } from "./options.ts";
import { StatsdService } from "./service.ts";

export const statsd = defineInput({
  name: "statsd",
  options: STATSD_OPTIONS,
  validate: validateStatsd,
  create: (options, context) => new StatsdService(options, context),
});
