// Which outcomes of an admission a person should find with `kubectl get events`, and in what words. Pure.

import type { ObjectReference, Outcome } from "../admission/admit.ts";
import { reasons } from "../admission/reasons.ts";
import { CONTAINER_NAME } from "../inject/contract.ts";

export interface Notable {
  readonly namespace: string;
  /** CamelCase, as Kubernetes writes them. */
  readonly reason: string;
  /** What happened and what to do about it. */
  readonly note: string;
  /** The nearest object that is known; whatever owns that is looked up later. */
  readonly about: ObjectReference;
}

/** The API server takes 1024 bytes. */
const NOTE_BYTES = 1000;

/**
 * Whoever asked for the agent and did not get it, or not all of it, was warned; these are the warnings that an Event
 * repeats, because the client of a Deployment's pods is a controller. Not for dry runs: they leave nothing behind.
 */
export function notable(outcome: Outcome): Notable | undefined {
  const { reason, warnings, message, dryRun, pod, injected } = outcome;
  if (reason === undefined || dryRun || pod.namespace === "") return undefined;
  // Nobody asked for the agent there, and it comes with each update of each object.
  if (outcome.misdirected === true) return undefined;
  if (reasons[reason].outcome === "injected" || warnings.length === 0) return undefined;
  return {
    namespace: pod.namespace,
    reason: camelCase(reason),
    // A part that was left out is told with what was added.
    note: firstBytes(injected ? message : `${CONTAINER_NAME} was not added: ${message}`, NOTE_BYTES),
    about: pod.controller ?? nearest(pod.namespace, pod.name),
  };
}

/** The pod does not exist yet: it can be named only when it chose its own name. */
function nearest(namespace: string, name: string): ObjectReference {
  const known = name !== "" && !name.endsWith("*");
  return { apiVersion: "v1", kind: known ? "Pod" : "Namespace", name: known ? name : namespace, uid: "" };
}

function camelCase(code: string): string {
  return code.replaceAll(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

function firstBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  return `${bytes
    .subarray(0, most - 3)
    .toString()
    .replace(/\uFFFD+$/u, "")}…`;
}
