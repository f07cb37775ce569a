// One pod, from what it is to what it becomes: decide, plan, patch. The webhook and the command line both call this.

import { decide, type Skip } from "../admission/decide.ts";
import type { Known } from "../admission/known.ts";
import { reasons, type ReasonCode } from "../admission/reasons.ts";
import { CONTAINER_NAME } from "./contract.ts";
import type { JsonObject } from "./json.ts";
import { Notes } from "./notes.ts";
import { patchFor, type Operation } from "./patch.ts";
import { planFor, type Plan } from "./plan.ts";
import { clip } from "./warning-text.ts";

export interface PodInput {
  readonly pod: JsonObject;
  readonly namespace: string;
}

export interface Injection {
  readonly reason: ReasonCode;
  /** What happened, and the remedy if there is one. */
  readonly message: string;
  /** For the user, each at most 120 characters, all at most 4096 bytes. */
  readonly warnings: readonly string[];
  /** Empty: the pod stays as it is. */
  readonly patch: readonly Operation[];
  readonly plugins: readonly string[];
  readonly className: string;
}

const MESSAGE_LENGTH = 1000;

/** Never rejects: a failure of ours is a reason too, and the pod stays as it is. */
export async function injectPod(input: PodInput, known: Known): Promise<Injection> {
  try {
    return await decideAndPlan(input, known);
  } catch (error) {
    const notes = new Notes();
    notes.refuse("internal_error", "the agent was not added", "see the webhook's log");
    const why = error instanceof Error ? error.message : String(error);
    return {
      ...nothing(notes, "internal_error"),
      message: clip(`the webhook failed on this pod: ${why}`, MESSAGE_LENGTH),
    };
  }
}

async function decideAndPlan({ pod, namespace }: PodInput, known: Known): Promise<Injection> {
  const facts = known.namespace(namespace);
  const skip = decide({ pod, namespace, facts, ownNamespace: known.settings.ownNamespace });
  if (skip !== undefined) return skipped(skip);
  const notes = new Notes();
  const plan = await planFor({ pod, namespace, facts: facts ?? { labels: {}, annotations: {} } }, known, notes);
  return plan === undefined ? refused(notes) : injected(pod, plan, notes);
}

function skipped({ reason, what, remedy, tell }: Skip): Injection {
  const notes = new Notes();
  if (tell) notes.refuse(reason, what, remedy);
  return {
    ...nothing(notes, reason),
    message: clip(`${what}${what.endsWith(".") ? "" : ";"} ${remedy}`, MESSAGE_LENGTH),
  };
}

function refused(notes: Notes): Injection {
  const note = notes.refusal ?? notes.partial;
  if (note !== undefined) {
    return { ...nothing(notes, note.reason), message: clip(`${note.what}; ${note.remedy}`, MESSAGE_LENGTH) };
  }
  notes.refuse("invalid_annotation", "no plugin is left to run", "name one in pilotfish.dev/plugins");
  return refused(notes);
}

function injected(pod: JsonObject, plan: Plan, notes: Notes): Injection {
  const { plugins, className, seat } = plan;
  const what = `${CONTAINER_NAME} added with ${plugins.join(", ")}, class ${className}`;
  const partial = notes.partial;
  return {
    reason: partial?.reason ?? "injected",
    message: clip(partial === undefined ? what : `${what}; ${partial.what}; ${partial.remedy}`, MESSAGE_LENGTH),
    warnings: notes.warnings,
    patch: patchFor(pod, seat),
    plugins,
    className,
  };
}

function nothing(notes: Notes, reason: ReasonCode): Injection {
  return { reason, message: reasons[reason].sentence, warnings: notes.warnings, patch: [], plugins: [], className: "" };
}
