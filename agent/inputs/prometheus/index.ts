// inputs.prometheus: metrics from pages in Prometheus' text format and in OpenMetrics' text format.
// Follows Telegraf's plugins/inputs/prometheus (1.39.3); README.md lists where it deliberately differs.

import { defineInput } from "../../core/plugin.ts";
import { prometheusOptions, prometheusProblems } from "./options.ts";
import { PrometheusInput } from "./prometheus-input.ts";

export const prometheus = defineInput({
  name: "prometheus",
  options: prometheusOptions,
  validate: prometheusProblems,
  create: (options, context) => new PrometheusInput(options, context),
});
