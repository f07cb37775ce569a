// One pod, from what it is to what it becomes: decide, plan, patch. The webhook and the command line both call this.

import type { Known } from "../admission/known.ts";
import type { ReasonCode } from "../admission/reasons.ts";
import type { JsonObject } from "./json.ts";
import type { Operation } from "./patch.ts";

export interface PodInput {
  readonly pod: JsonObject;
  readonly namespace: string;
}

export interface Injection {
  readonly reason: ReasonCode;
  readonly message: string;
  /** For the user, each at most 120 characters, all at most 4096. */
  readonly warnings: readonly string[];
  /** Empty: the pod stays as it is. */
  readonly patch: readonly Operation[];
  readonly plugins: readonly string[];
  readonly className: string;
}

export async function injectPod(_input: PodInput, _known: Known): Promise<Injection> {
  return { reason: "not_selected", message: "", warnings: [], patch: [], plugins: [], className: "" };
}
