// data_format of this output and the options of its one format. Other formats are refused at load, by name.

import { influxSerializerOptions } from "../../config/influx-options.ts";
import { string, type OptionProblem } from "../../config/options.ts";

export const dataFormatOptions = {
  dataFormat: string("data_format", "influx", `The format of what is written; "influx" (line protocol) is supported.`),
  ...influxSerializerOptions,
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
