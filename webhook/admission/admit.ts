// One request of the API server, from body to answer. Never throws and never denies a pod: what cannot be injected is
// admitted with a warning. Asynchronous only because schemas of plugins are imported when first named.

import type { Known } from "./known.ts";
import type { ReasonCode } from "./reasons.ts";
import { injectPod, type Injection } from "../inject/inject-pod.ts";
import { isObject, at, listOf, stringOf } from "../inject/json.ts";
import { warningLines } from "../inject/warning-text.ts";
import { answer, readReview, type Review } from "./review.ts";

export type { Known } from "./known.ts";

export interface Outcome {
  /** HTTP status; 200 whenever the API server can use the answer. */
  readonly status: number;
  /** The AdmissionReview to answer with, or {error, remedy} when no review could be answered. */
  readonly body: object;
  /** undefined only when no review could be answered. */
  readonly reason: ReasonCode | undefined;
  /** The agent was added. With `refused` reasons such as port_conflict, part of it was. */
  readonly injected: boolean;
  /** What happened and what to do about it, for logs and events. */
  readonly message: string;
  readonly pod: PodName;
  readonly warnings: readonly string[];
  readonly dryRun: boolean;
  /** What came was not the creation of a pod: a rule of somebody's sends too much. `pod` names whatever it was. */
  readonly misdirected?: true;
}

export interface PodName {
  readonly namespace: string;
  /** Or the generateName, ending in `*`. */
  readonly name: string;
  /** `Kind/name` of the controller; empty: none. */
  readonly owner: string;
  /** The same as a reference; absent: none, or nobody looked. */
  readonly controller?: ObjectReference;
}

/** An object of the cluster, in the namespace that it is told with. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty: not known. */
  readonly uid: string;
}

const NOBODY: PodName = { namespace: "", name: "", owner: "" };

export async function admit(body: unknown, known: Known): Promise<Outcome> {
  const review = readReview(body);
  if ("error" in review) {
    const { status, error, remedy } = review;
    const message = `${error}; ${remedy}`;
    return {
      status,
      body: { error, remedy },
      reason: undefined,
      injected: false,
      message,
      pod: NOBODY,
      warnings: [],
      dryRun: false,
    };
  }
  return outcome(review, await decided(review, known));
}

async function decided({ createsPod, object, what, ...review }: Review, known: Known): Promise<Injection> {
  if (createsPod && isObject(object)) return injectPod({ pod: object, namespace: namespaceOf(review, object) }, known);
  const seen = createsPod ? "CREATE of a Pod without an object" : what;
  const message = `${seen}: only the creation of pods is changed`;
  // Its client is told, because it is nearly always the author of the rule who tries it out.
  const warnings = warningLines(message, "let the webhook's rules select CREATE of pods only");
  return { reason: "unsupported_object", message, warnings, patch: [], plugins: [], className: "" };
}

function outcome(review: Review, { reason, message, warnings, patch }: Injection): Outcome {
  return {
    status: 200,
    body: answer({ uid: review.uid, warnings, patch, reason }),
    reason,
    injected: patch.length > 0,
    message,
    pod: podName(review),
    warnings,
    dryRun: review.dryRun,
    ...(!review.createsPod && { misdirected: true }),
  };
}

function podName(review: Review): PodName {
  const metadata = at(review.object, "metadata");
  const generated = stringOf(at(metadata, "generateName"));
  const name = review.name || stringOf(at(metadata, "name")) || (generated && `${generated}*`);
  const controller = controllerOf(review.object);
  return {
    namespace: namespaceOf(review, review.object),
    name: name.slice(0, 256),
    owner: controller === undefined ? "" : `${controller.kind}/${controller.name}`.slice(0, 320),
    ...(controller !== undefined && { controller }),
  };
}

/** The owner that manages an object; else the first. */
export function controllerOf(object: unknown): ObjectReference | undefined {
  const owners = listOf(at(object, "metadata", "ownerReferences"));
  const owner = owners.find((one) => at(one, "controller") === true) ?? owners[0];
  const text = (key: string): string => stringOf(at(owner, key)).slice(0, 256);
  if (text("name") === "") return undefined;
  return { apiVersion: text("apiVersion"), kind: text("kind"), name: text("name"), uid: text("uid") };
}

function namespaceOf(review: { readonly namespace: string }, object: unknown): string {
  return (review.namespace || stringOf(at(object, "metadata", "namespace")) || "default").slice(0, 256);
}
