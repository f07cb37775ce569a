// Where the pod template is in every kind of workload, and what pod would come of it.

import { at, isObject, listOf, stringOf, stringsOf, type JsonObject } from "../inject/json.ts";

export type Path = readonly (string | number)[];

export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** From the document's root to the pod or its template. */
  readonly path: Path;
  /** The pod as the webhook would see it. */
  readonly pod: JsonObject;
}

const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** Kinds of other groups may have the same names. */
const GROUPS = /^(v1|(apps|batch|extensions)\/v\w+)$/;

/** Of one document; lists are opened. */
export function workloadsIn(document: unknown, path: Path = []): readonly Workload[] {
  const items = at(document, "items");
  if (stringOf(at(document, "kind")).endsWith("List") && Array.isArray(items)) {
    return items.flatMap((item, index) => workloadsIn(item, [...path, "items", index]));
  }
  const kind = stringOf(at(document, "kind"));
  const below = Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
  if (below === undefined || !GROUPS.test(stringOf(at(document, "apiVersion")))) return [];
  const template = at(document, ...below);
  const namespace = stringOf(at(document, "metadata", "namespace")) || "default";
  const name = stringOf(at(document, "metadata", "name")) || stringOf(at(document, "metadata", "generateName")) || "?";
  const pod = isObject(template) ? template : {};
  return [{ kind, name, namespace, path: [...path, ...below], pod }];
}

export interface NamedNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Namespace objects that come along with the workloads. */
export function namespacesIn(document: unknown): readonly NamedNamespace[] {
  const items = at(document, "items");
  if (Array.isArray(items)) return listOf(items).flatMap(namespacesIn);
  if (at(document, "kind") !== "Namespace" || at(document, "apiVersion") !== "v1") return [];
  const name = stringOf(at(document, "metadata", "name"));
  return [
    {
      name,
      labels: stringsOf(at(document, "metadata", "labels")),
      annotations: stringsOf(at(document, "metadata", "annotations")),
    },
  ];
}
