// data_format of this output and the options of its one format. Other formats are refused at load, by name.

import { boolean, integer, string, type OptionProblem } from "../../config/options.ts";
import { InfluxSerializer } from "../../formats/influx/serialize.ts";

export const dataFormatOptions = {
  dataFormat: string("data_format", "influx", `The format of what is written; "influx" (line protocol) is supported.`),
  maxLineBytes: integer("influx_max_line_bytes", 0, "Longer lines are split by fields; 0: no limit.", { min: 0 }),
  sortFields: boolean("influx_sort_fields", false, "Write fields sorted by name."),
  uintSupport: boolean("influx_uint_support", false, "Write unsigned integers with the suffix u instead of i."),
  omitTimestamp: boolean("influx_omit_timestamp", false, "Leave the timestamp out."),
};

export function dataFormatProblems(dataFormat: string): readonly OptionProblem[] {
  if (dataFormat === "influx" || dataFormat === "") return [];
  return [
    {
      key: "data_format",
      message: `data_format "${dataFormat}" is not supported by this output`,
      remedy: `write data_format = "influx", or remove it`,
    },
  ];
}

export function createSerializer(options: {
  readonly maxLineBytes: number;
  readonly sortFields: boolean;
  readonly uintSupport: boolean;
  readonly omitTimestamp: boolean;
}): InfluxSerializer {
  const { maxLineBytes, sortFields, uintSupport, omitTimestamp } = options;
  return new InfluxSerializer({ maxLineBytes, sortFields, uintSupport, omitTimestamp });
}
