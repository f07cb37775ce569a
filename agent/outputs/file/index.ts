// outputs.file: options and construction. Source: telegraf plugins/outputs/file.

import { boolean, choice, durationMs, integer, sizeBytes, strings } from "../../config/options.ts";
import { defineOutput } from "../../core/plugin.ts";
import { InfluxSerializer } from "../../formats/influx/serialize.ts";
import { COMPRESSION_ALGORITHMS, compressionProblems, createCompress } from "./compression.ts";
import { dataFormatOptions, dataFormatProblems } from "./data-format.ts";
import { FileOutput } from "./file-output.ts";
import { RotatingFile } from "./rotating-file.ts";
import { StandardOutput } from "./standard-output.ts";

export const file = defineOutput({
  name: "file",
  options: {
    files: strings("files", ["stdout"], `Paths to append to; "stdout" is the agent's standard output.`),
    useBatchFormat: boolean("use_batch_format", false, "Serialize and compress a whole batch at once."),
    rotationIntervalMs: durationMs("rotation_interval", 0, "Move the file aside when it is older; 0: never."),
    rotationMaxSizeBytes: sizeBytes("rotation_max_size", 0, "Move the file aside when it is this big; 0: never."),
    rotationMaxArchives: integer("rotation_max_archives", 5, "Moved files to keep, older ones are deleted; -1: all.", {
      min: -1,
    }),
    compressionAlgorithm: choice(
      "compression_algorithm",
      COMPRESSION_ALGORITHMS,
      "",
      "How what is written is compressed; empty: not at all.",
    ),
    compressionLevel: integer(
      "compression_level",
      -1,
      "gzip and zlib: 0, 1 or 9; zstd: 1, 3, 7 or 11; -1: the default.",
      { min: -1 },
    ),
    ...dataFormatOptions,
  },
  validate: (options) => [
    ...dataFormatProblems(options.dataFormat),
    ...compressionProblems(options.compressionAlgorithm, options.compressionLevel),
  ],
  create: (options, context) => {
    const rotation = {
      intervalMs: options.rotationIntervalMs,
      maxSizeBytes: options.rotationMaxSizeBytes,
      maxArchives: options.rotationMaxArchives,
    };
    const files = options.files.length === 0 ? ["stdout"] : options.files;
    return new FileOutput({
      sinks: files.map((path) =>
        path === "stdout" ? new StandardOutput() : new RotatingFile(path, rotation, context),
      ),
      serializer: new InfluxSerializer(options),
      compress: createCompress(options.compressionAlgorithm, options.compressionLevel),
      batchFormat: options.useBatchFormat,
      log: context.log,
    });
  },
});
