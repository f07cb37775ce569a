// compression_algorithm and compression_level: which are allowed, and the function that compresses one piece.
// Source: telegraf internal/content_coding.go. Every piece is a complete frame; files of such frames unpack as a whole.

import { promisify } from "node:util";
import { constants, deflate, gzip, zstdCompress } from "node:zlib";
import type { OptionProblem } from "../../config/options.ts";

export const COMPRESSION_ALGORITHMS = ["", "identity", "gzip", "zlib", "zstd"] as const;
export type CompressionAlgorithm = (typeof COMPRESSION_ALGORITHMS)[number];

export type Compress = (piece: Buffer) => Promise<Buffer>;

const LEVELS: Readonly<Record<CompressionAlgorithm, readonly number[] | undefined>> = {
  "": undefined,
  identity: undefined,
  gzip: [0, 1, 9],
  zlib: [0, 1, 9],
  zstd: [1, 3, 7, 11],
};

/** `level` below 0: the algorithm's own default. */
export function compressionProblems(algorithm: CompressionAlgorithm, level: number): readonly OptionProblem[] {
  const levels = LEVELS[algorithm];
  if (level < 0 || levels === undefined || levels.includes(level)) return [];
  const message = `invalid compression level ${level}, only ${levels.join(", ")} are supported by ${algorithm}`;
  return [{ key: "compression_level", message, remedy: "use one of these, or remove it for the default" }];
}

export function createCompress(algorithm: CompressionAlgorithm, level: number): Compress | undefined {
  const options = level < 0 ? {} : { level };
  const params = { [constants.ZSTD_c_compressionLevel]: level < 0 ? 3 : level };
  const table: Readonly<Record<CompressionAlgorithm, Compress | undefined>> = {
    "": undefined,
    identity: undefined,
    gzip: (piece) => gzipAsync(piece, options),
    zlib: (piece) => deflateAsync(piece, options),
    zstd: (piece) => zstdAsync(piece, { params }),
  };
  return table[algorithm];
}

const gzipAsync = promisify<Buffer, object, Buffer>(gzip);
const deflateAsync = promisify<Buffer, object, Buffer>(deflate);
const zstdAsync = promisify<Buffer, object, Buffer>(zstdCompress);
