// What the operator configures (config.yaml of the ConfigMap): image, defaults, per class who may use it and what differs.
// Not the classes themselves: those are TOML (webhook/classes). Reading the file: read-settings.ts.

import type { LabelSelector } from "../classes/label-selector.ts";
import { DEFAULT_IMAGE, DEFAULT_NAMESPACE, DEFAULT_PLUGINS } from "../inject/contract.ts";

/** An environment variable of the agent: where its value comes from. */
export type EnvSource =
  | { readonly from: "value"; readonly value: string }
  | { readonly from: "field"; readonly path: string }
  | { readonly from: "secret" | "configmap"; readonly name: string; readonly key: string };

/** Kubernetes quantities; the empty string: none. */
export interface Resources {
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
}

export type Sidecar = "auto" | "native" | "classic";

export interface Defaults {
  readonly image: string;
  readonly plugins: readonly string[];
  readonly interval: string;
  readonly resources: Resources;
  readonly sidecar: Sidecar;
  readonly tags: ReadonlyMap<string, string>;
  readonly env: ReadonlyMap<string, EnvSource>;
}

/** What config.yaml says of one class; a class without an entry may be used everywhere and allows nothing special. */
export interface ClassPolicy {
  /** undefined: every namespace. */
  readonly namespaces?: LabelSelector;
  /** Tables that pods of this class may bring: `outputs`, `exec`, `files`, or one plugin such as `inputs.tail`. */
  readonly allow: ReadonlySet<string>;
  readonly defaults: Partial<Defaults>;
}

export interface Settings {
  /** The webhook's own namespace: its pods are never injected. Not from the file: the webhook knows where it runs. */
  readonly ownNamespace: string;
  readonly defaultClass: string;
  /** Telegraf's own image, for pods of the telegraf-operator whose config names plugins that our agent lacks. */
  readonly telegrafImage?: string;
  readonly defaults: Defaults;
  readonly classes: ReadonlyMap<string, ClassPolicy>;
}

export const defaultSettings: Settings = Object.freeze({
  ownNamespace: DEFAULT_NAMESPACE,
  defaultClass: "default",
  defaults: Object.freeze({
    image: DEFAULT_IMAGE,
    plugins: DEFAULT_PLUGINS,
    interval: "10s",
    resources: Object.freeze({ cpuRequest: "100m", cpuLimit: "200m", memoryRequest: "30Mi", memoryLimit: "50Mi" }),
    sidecar: "auto",
    tags: new Map(),
    env: new Map(),
  }),
  classes: new Map(),
});

/** The defaults as they are for pods of one class. */
export function defaultsFor(settings: Settings, className: string): Defaults {
  return { ...settings.defaults, ...settings.classes.get(className)?.defaults };
}
