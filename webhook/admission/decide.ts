// Does this pod get the agent at all? The rules in their order; what the agent then is, is planned elsewhere.

import { asksForAgent, namesPlugins } from "../inject/asked.ts";
import {
  CONTAINER_NAME,
  EXCLUDED_NAMESPACES,
  INJECT_KEY,
  MIRROR_POD_ANNOTATION,
  NAMESPACE_LABEL,
  NAMESPACE_LABEL_VALUE,
  TELEGRAF_PREFIX,
} from "../inject/contract.ts";
import { at, isObject, listOf, member, stringOf, type JsonObject } from "../inject/json.ts";
import { quote } from "../inject/warning-text.ts";
import type { NamespaceFacts } from "./known.ts";
import { reasons, type ReasonCode } from "./reasons.ts";

export interface Question {
  readonly pod: JsonObject;
  readonly namespace: string;
  readonly facts: NamespaceFacts | undefined;
  readonly ownNamespace: string;
}

export interface Skip {
  readonly reason: ReasonCode;
  readonly what: string;
  readonly remedy: string;
  /** The pod itself asked for the agent, so its owner should hear that there will be none. */
  readonly tell: boolean;
}

/** undefined: inject it. */
export function decide(question: Question): Skip | undefined {
  const { pod, namespace } = question;
  const annotations = at(pod, "metadata", "annotations");
  const wish = inject(pod);
  const asked = wish === "true" || asksForAgent(annotations);
  const skip = (reason: ReasonCode, what = reasons[reason].sentence, tell = asked): Skip => {
    return { reason, what, remedy: reasons[reason].remedy, tell };
  };

  if (namespace === question.ownNamespace) return skip("own_namespace");
  if (EXCLUDED_NAMESPACES.includes(namespace)) return skip("excluded_namespace");
  if (member(annotations, MIRROR_POD_ANNOTATION) !== undefined) return skip("mirror_pod");
  if (wish === "false") return skip("opted_out", undefined, false);
  if (hasAgent(pod)) return skip("already_injected", undefined, false);
  if (wish !== undefined && wish !== "true") {
    return skip("invalid_annotation", `${INJECT_KEY}: ${quote(wish)} is neither "true" nor "false"`, true);
  }
  if (!asked && !isEnabled(question.facts)) {
    const wanted = TELEGRAF_PREFIX + "… annotations are not read by this version";
    return asksForTelegraf(annotations) ? skip("not_selected", wanted, true) : skip("not_selected");
  }
  const odd = oddShape(pod);
  if (odd !== undefined) return skip("unsupported_object", odd);
  if (runsOnWindows(pod)) return skip("windows_pod");
  if (at(pod, "spec", "hostNetwork") === true && !namesPlugins(annotations)) return skip("host_network");
  return undefined;
}

/** Label before annotation. */
function inject(pod: JsonObject): string | undefined {
  for (const where of ["labels", "annotations"]) {
    const value = at(pod, "metadata", where, INJECT_KEY);
    if (value !== undefined) return typeof value === "string" ? value.trim().toLowerCase() : JSON.stringify(value);
  }
  return undefined;
}

/** Users of telegraf-operator hear that nothing happens, instead of wondering. */
function asksForTelegraf(annotations: unknown): boolean {
  return isObject(annotations) && Object.keys(annotations).some((key) => key.startsWith(TELEGRAF_PREFIX));
}

function isEnabled(facts: NamespaceFacts | undefined): boolean {
  return facts === undefined || member(facts.labels, NAMESPACE_LABEL) === NAMESPACE_LABEL_VALUE;
}

function hasAgent(pod: JsonObject): boolean {
  const all = [...listOf(at(pod, "spec", "containers")), ...listOf(at(pod, "spec", "initContainers"))];
  return all.some((container) => member(container, "name") === CONTAINER_NAME);
}

function runsOnWindows(pod: JsonObject): boolean {
  const selected = at(pod, "spec", "nodeSelector", "kubernetes.io/os");
  return [at(pod, "spec", "os", "name"), selected].some((name) => stringOf(name).toLowerCase() === "windows");
}

/** The places that the patch touches have to be what they are in every real pod. */
function oddShape(pod: JsonObject): string | undefined {
  if (!isObject(pod["spec"])) return "the pod has no spec";
  if (!Array.isArray(at(pod, "spec", "containers"))) return "the pod has no list of containers";
  for (const name of ["initContainers", "volumes"]) {
    const list = at(pod, "spec", name);
    if (list !== undefined && list !== null && !Array.isArray(list)) return `spec.${name} of the pod is not a list`;
  }
  for (const path of [["metadata"], ["metadata", "annotations"]]) {
    const value = at(pod, ...path);
    if (value !== undefined && value !== null && !isObject(value))
      return `${path.join(".")} of the pod is not an object`;
  }
  return undefined;
}
