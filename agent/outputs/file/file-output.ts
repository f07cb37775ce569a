// Serializes batches, compresses them if asked, and writes them to every sink.
// Source: telegraf plugins/outputs/file/file.go. Better than there: a failed write loses nothing (upstream forgets it in
// batch mode) and repeats nothing in the files that had taken it.

import type { Log } from "../../core/log.ts";
import type { Metric } from "../../core/metric.ts";
import type { Output } from "../../core/plugin.ts";
import { WriteError } from "../../core/write-error.ts";
import type { InfluxSerializer } from "../../formats/influx/serialize.ts";
import type { Compress } from "./compression.ts";

export interface Sink {
  readonly name: string;
  open(): Promise<void>;
  /** Pieces are what a rotation may fall between. */
  write(pieces: readonly Buffer[]): Promise<void>;
  close(): Promise<void>;
}

export interface FileOutputSettings {
  readonly sinks: readonly Sink[];
  readonly serializer: InfluxSerializer;
  readonly compress: Compress | undefined;
  /** One piece a batch instead of one a metric. */
  readonly batchFormat: boolean;
  readonly log: Log;
}

export class FileOutput implements Output {
  readonly #settings: FileOutputSettings;
  /** What a sink took while another one failed: the retry must not write it there again. */
  readonly #taken = new Map<Sink, WeakSet<Metric>>();

  constructor(settings: FileOutputSettings) {
    this.#settings = settings;
  }

  async connect(): Promise<void> {
    for (const sink of this.#settings.sinks) {
      try {
        await sink.open();
      } catch (error) {
        throw new Error(`cannot open ${sink.name}: ${reason(error)}; change files or make the path writable`, {
          cause: error,
        });
      }
    }
  }

  async write(batch: readonly Metric[]): Promise<void> {
    const rejected = new Set<number>();
    const failures: string[] = [];
    for (const sink of this.#settings.sinks) {
      const taken = this.#taken.get(sink);
      const pieces = await this.#pieces(batch, taken, rejected);
      try {
        if (pieces.length > 0) await sink.write(pieces);
        this.#taken.set(sink, new WeakSet(batch));
      } catch (error) {
        failures.push(`${sink.name}: ${reason(error)}`);
      }
    }
    if (failures.length > 0) {
      const remedy = "free space or repair the path; the metrics are kept";
      throw new WriteError(`failed to write message to ${failures.join(", ")}; ${remedy}`, { kind: "retry" });
    }
    this.#taken.clear();
    if (rejected.size === 0) return;
    const accepted = [...batch.keys()].filter((index) => !rejected.has(index));
    const message = `${rejected.size} of ${batch.length} metrics cannot be written as line protocol and are dropped`;
    throw new WriteError(message, { kind: "partial", accepted, rejected: [...rejected] });
  }

  async close(): Promise<void> {
    const ends = await Promise.allSettled(this.#settings.sinks.map((sink) => sink.close()));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #pieces(
    batch: readonly Metric[],
    taken: WeakSet<Metric> | undefined,
    rejected: Set<number>,
  ): Promise<readonly Buffer[]> {
    const { serializer, compress, batchFormat, log } = this.#settings;
    const lines: Buffer[] = [];
    for (const [index, metric] of batch.entries()) {
      if (taken?.has(metric)) continue;
      const { body, reason } = serializer.serialize(metric);
      if (body.length > 0) lines.push(body);
      if (reason === undefined) continue;
      rejected.add(index);
      log.bounded("debug", "serialize", () => `could not serialize metric: ${reason}`);
    }
    const pieces = batchFormat && lines.length > 1 ? [Buffer.concat(lines)] : lines;
    return compress === undefined ? pieces : Promise.all(pieces.map(compress));
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
