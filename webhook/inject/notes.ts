// What there is to say about one pod while it is planned: warnings, and the refusal if there is one. Readers note a
// problem and go on, so that a user sees all of them at once; nothing is thrown.

import type { ReasonCode } from "../admission/reasons.ts";
import { limitWarnings, warningLines } from "./warning-text.ts";

export interface Note {
  readonly reason: ReasonCode;
  readonly what: string;
  readonly remedy: string;
}

export class Notes {
  readonly #lines: string[] = [];
  #refusal: Note | undefined;
  #partial: Note | undefined;

  /** The pod will not get the agent. The first refusal is the reason. */
  refuse(reason: ReasonCode, what: string, remedy: string): void {
    this.#refusal ??= { reason, what, remedy };
    this.#lines.push(...warningLines(`${reason}: ${what}`, remedy));
  }

  /** Part of what was asked for is left out. */
  leaveOut(reason: ReasonCode, what: string, remedy: string): void {
    this.#partial ??= { reason, what, remedy };
    this.#lines.push(...warningLines(`${reason}: ${what}`, remedy));
  }

  warn(what: string, remedy = ""): void {
    this.#lines.push(...warningLines(what, remedy));
  }

  get refusal(): Note | undefined {
    return this.#refusal;
  }

  get partial(): Note | undefined {
    return this.#partial;
  }

  get warnings(): readonly string[] {
    return limitWarnings(this.#lines);
  }
}
