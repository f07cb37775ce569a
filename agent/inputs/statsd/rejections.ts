// Counts what was rejected, by reason, and says so at a bounded rate. Never throws, never keeps the line.

import type { Log } from "../../core/log.ts";
import { REASONS, type Reason } from "./reasons.ts";

/** Enough to recognise the sender, too little to fill a disk. */
const EXCERPT_LENGTH = 200;

export class Rejections {
  readonly #log: Log;
  readonly #counts = new Map<Reason, number>();

  constructor(log: Log) {
    this.#log = log;
    for (const reason of Object.keys(REASONS) as Reason[]) this.#counts.set(reason, 0);
  }

  /** `line` is only called when the message is written. */
  add(reason: Reason, line: () => string): void {
    this.#counts.set(reason, this.count(reason) + 1);
    const level = reason === "distribution_off" ? "debug" : "error";
    this.#log.bounded(level, reason, () => `unable to parse "${excerpt(line())}": ${REASONS[reason]}`);
  }

  count(reason: Reason): number {
    return this.#counts.get(reason) ?? 0;
  }

  /** `rejected_<reason>` -> how often. */
  counters(): Record<string, number> {
    const counters: Record<string, number> = {};
    for (const [reason, count] of this.#counts) counters[`rejected_${reason}`] = count;
    return counters;
  }
}

function excerpt(line: string): string {
  const short = line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH)}…` : line;
  // Senders are strangers: their control characters do not reach a terminal.
  // oxlint-disable-next-line no-control-regex
  return short.replace(/[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/g, "?");
}
