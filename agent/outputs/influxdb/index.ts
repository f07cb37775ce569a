// outputs.influxdb: line protocol to InfluxDB 1.x (and what speaks like it). Source: telegraf plugins/outputs/influxdb.

import { defineOutput } from "../../core/plugin.ts";
import { InfluxdbOutput } from "./influxdb-output.ts";
import { openTargets } from "./open-targets.ts";
import { influxdbOptions, influxdbProblems } from "./options.ts";

const DEFAULT_DATABASE = "telegraf";

export const influxdb = defineOutput({
  name: "influxdb",
  options: influxdbOptions,
  validate: influxdbProblems,
  create: (options, context) => {
    let bytesWritten = 0;
    const unregister = context.statistics.register({
      measurement: "internal_write",
      tags: { output: "influxdb" },
      read: () => ({ bytes_written: bytesWritten }),
    });
    return new InfluxdbOutput({
      openTargets: () => openTargets(options, context, (bytes) => (bytesWritten += bytes)),
      routing: { ...options, database: options.database || DEFAULT_DATABASE },
      skipDatabaseCreation: options.skipDatabaseCreation,
      random: Math.random,
      log: context.log,
      onClose: unregister,
    });
  },
});
