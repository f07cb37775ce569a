// The option keys of data_format "influx", for the option tables of the plugins that read or write it.
// Source: telegraf plugins/serializers/influx and plugins/parsers/influx (1.39.3).

import { boolean, choice, durationNs, integer, type OptionProblem } from "./options.ts";

export const influxSerializerOptions = {
  maxLineBytes: integer("influx_max_line_bytes", 0, "Longest line in bytes; longer metrics are split. 0: no limit."),
  sortFields: boolean("influx_sort_fields", false, "Write the fields sorted by key."),
  uintSupport: boolean("influx_uint_support", false, "Write unsigned integers with the suffix `u` instead of `i`."),
  omitTimestamp: boolean("influx_omit_timestamp", false, "Leave the timestamp out."),
};

export const influxParserOptions = {
  timestampPrecisionNs: durationNs(
    "influx_timestamp_precision",
    1n,
    'Unit of the timestamps: "1ns", "1us", "1ms" or "1s".',
  ),
  parserType: choice("influx_parser_type", ["internal"], "internal", "The parser; there is one."),
};

const PRECISIONS_NS = [0n, 1n, 1_000n, 1_000_000n, 1_000_000_000n];

/** For the plugin's `validate`. */
export function validateInfluxParser(options: { readonly timestampPrecisionNs: bigint }): OptionProblem[] {
  if (PRECISIONS_NS.includes(options.timestampPrecisionNs)) return [];
  return [
    {
      key: "influx_timestamp_precision",
      message: `a unit of ${options.timestampPrecisionNs} ns is not a timestamp precision`,
      remedy: 'write "1ns", "1us", "1ms" or "1s"',
    },
  ];
}
