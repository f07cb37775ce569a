// Where the pod template is in every kind of workload, and what pod would come of it.

import { at, isObject, listOf, stringOf, stringsOf, type JsonObject } from "../inject/json.ts";
import { hasNoPods } from "./known-kinds.ts";

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

export interface Stranger {
  /** Empty: it has none. */
  readonly kind: string;
  readonly name: string;
  /** Empty: it has none. */
  readonly apiVersion: string;
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
export function workloadsIn(document: unknown): readonly Workload[] {
  return objectsIn(document).flatMap(({ object, path }) => {
    const below = templateOf(object);
    if (below === undefined) return [];
    const template = at(object, ...below);
    const pod = isObject(template) ? template : {};
    return [{ ...nameOf(object), path: [...path, ...below], pod }];
  });
}

/** Objects that are no workloads and not Kubernetes' own: if pods come of them, they are not seen here. */
export function strangersIn(document: unknown): readonly Stranger[] {
  return objectsIn(document).flatMap(({ object }) => {
    const apiVersion = stringOf(at(object, "apiVersion"));
    if (templateOf(object) !== undefined || hasNoPods(apiVersion, stringOf(at(object, "kind")))) return [];
    const { kind, name } = nameOf(object);
    return [{ kind, name, apiVersion }];
  });
}

interface Placed {
  readonly object: unknown;
  readonly path: Path;
}

function objectsIn(document: unknown, path: Path = []): readonly Placed[] {
  const items = at(document, "items");
  if (stringOf(at(document, "kind")).endsWith("List") && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, [...path, "items", index]));
  }
  return [{ object: document, path }];
}

function templateOf(object: unknown): readonly string[] | undefined {
  const kind = stringOf(at(object, "kind"));
  if (!GROUPS.test(stringOf(at(object, "apiVersion")))) return undefined;
  return Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
}

function nameOf(object: unknown): Pick<Workload, "kind" | "name" | "namespace"> {
  const metadata = at(object, "metadata");
  return {
    kind: stringOf(at(object, "kind")),
    name: stringOf(at(metadata, "name")) || stringOf(at(metadata, "generateName")) || "?",
    namespace: stringOf(at(metadata, "namespace")) || "default",
  };
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
