// What the annotations of a pod and its namespace ask for, sorted by kind of key; the pod wins. Values are not read here.

import { nearest } from "../../agent/config/near.ts";
import {
  annotations,
  CONFIG_ANNOTATION,
  INJECT_KEY,
  PREFIX,
  STATUS_ANNOTATION,
  type AnnotationName,
} from "./contract.ts";
import { isObject } from "./json.ts";
import type { Notes } from "./notes.ts";
import { clip } from "./warning-text.ts";

export interface Ask {
  /** Without the prefix. */
  readonly key: string;
  readonly value: string;
  readonly from: "pod" | "namespace";
}

export interface OptionAsk extends Ask {
  readonly plugin: string;
  /** The option, and what follows it: ["tags", "team"]. */
  readonly path: readonly string[];
}

export type EnvKind = "env" | "env-field" | "env-secret" | "env-configmap";

export interface EnvAsk extends Ask {
  readonly kind: EnvKind;
  readonly name: string;
}

export interface Asked {
  /** undefined when nobody asks, or with an empty value: then the default counts. */
  get(name: AnnotationName): Ask | undefined;
  /** Also the empty value, where that means something. */
  getEvenEmpty(name: AnnotationName): Ask | undefined;
  readonly options: readonly OptionAsk[];
  /** The namespace's before the pod's. */
  readonly env: readonly EnvAsk[];
}

const WRITTEN_BY_US = new Set([CONFIG_ANNOTATION, STATUS_ANNOTATION]);
const ENV_KINDS = new Set<string>(["env", "env-field", "env-secret", "env-configmap"]);
const PLAIN_KEYS: readonly string[] = Object.values(annotations)
  .map(({ key }): string => key)
  .filter((key) => !key.includes("<"));

/** Does the pod itself ask for anything of ours? That alone selects it. */
export function asksForAgent(podAnnotations: unknown): boolean {
  if (!isObject(podAnnotations)) return false;
  return Object.keys(podAnnotations).some(
    (key) => key.startsWith(PREFIX) && key !== INJECT_KEY && !WRITTEN_BY_US.has(key),
  );
}

/** Does the pod name plugins in one of the three ways? */
export function namesPlugins(podAnnotations: unknown): boolean {
  if (!isObject(podAnnotations)) return false;
  return Object.keys(podAnnotations).some((key) => {
    if (!key.startsWith(PREFIX)) return false;
    const name = key.slice(PREFIX.length);
    if (name === annotations.plugins.key || name === annotations.inputs.key) return true;
    return name.includes(".") && !ENV_KINDS.has(name.slice(0, name.indexOf(".")));
  });
}

export function readAsked(podAnnotations: unknown, namespaceAnnotations: unknown, notes: Notes): Asked {
  const ofNamespace = asksOf(namespaceAnnotations, "namespace", notes);
  const ofPod = asksOf(podAnnotations, "pod", notes);
  const merged = new Map([...ofNamespace, ...ofPod].map((ask) => [ask.key, ask]));
  const plain = new Map<string, Ask>();
  const options: OptionAsk[] = [];
  for (const ask of merged.values()) {
    const dot = ask.key.indexOf(".");
    const head = ask.key.slice(0, dot);
    if (dot === -1) readPlain(ask, plain, notes);
    else if (!ENV_KINDS.has(head)) options.push({ ...ask, plugin: head, path: ask.key.slice(dot + 1).split(".") });
  }
  return {
    get: (name) => {
      const ask = plain.get(annotations[name].key);
      return ask?.value.trim() === "" ? undefined : ask;
    },
    getEvenEmpty: (name) => plain.get(annotations[name].key),
    options,
    // Not by key: the pod's env.X replaces the namespace's env-secret.X.
    env: [...ofNamespace, ...ofPod].flatMap(envAsk),
  };
}

function envAsk(ask: Ask): readonly EnvAsk[] {
  const dot = ask.key.indexOf(".");
  const kind = ask.key.slice(0, dot);
  if (dot === -1 || !ENV_KINDS.has(kind)) return [];
  return [{ ...ask, kind: kind as EnvKind, name: ask.key.slice(dot + 1) }];
}

function readPlain(ask: Ask, plain: Map<string, Ask>, notes: Notes): void {
  if (PLAIN_KEYS.includes(ask.key)) {
    plain.set(ask.key, ask);
    return;
  }
  const near = nearest(ask.key, PLAIN_KEYS);
  const remedy = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "see the reference of annotations";
  const what = `${clip(PREFIX + ask.key, 60)} on the ${ask.from} is not a known key`;
  // One mistake on a namespace must not take the agent from all its pods.
  if (ask.from === "pod") notes.refuse("invalid_annotation", what, remedy);
  else notes.warn(what, remedy);
}

/** In the order of the keys: the same annotations give the same result, whatever order they came in. */
function asksOf(source: unknown, from: Ask["from"], notes: Notes): Ask[] {
  if (!isObject(source)) return [];
  const asks: Ask[] = [];
  for (const key of Object.keys(source).toSorted()) {
    if (!key.startsWith(PREFIX) || WRITTEN_BY_US.has(key) || key === INJECT_KEY) continue;
    const value = source[key];
    if (typeof value === "string") asks.push({ key: key.slice(PREFIX.length), value, from });
    else notes.refuse("invalid_annotation", `${clip(key, 60)} on the ${from} is not text`, "put its value in quotes");
  }
  return asks;
}

/** How messages name an annotation. */
export function nameOf({ key }: Ask): string {
  return clip(PREFIX + key, 60);
}
