// The agent's environment: what the pod is (downward API), the interval, the operator's defaults, and what the
// annotations add. References are optional wherever Kubernetes lets them be: the pod never waits for its metrics.

import type { EnvSource } from "../settings/settings.ts";
import { nameOf, type Asked, type EnvAsk } from "./asked.ts";
import { envSource } from "./env-source.ts";
import type { JsonObject } from "./json.ts";
import type { Notes } from "./notes.ts";
import { isSecretName } from "./object-name.ts";
import { quote } from "./warning-text.ts";

/** name -> field of the pod. */
export const DOWNWARD_VARIABLES: Readonly<Record<string, string>> = Object.freeze({
  POD_NAME: "metadata.name",
  NODE_HOSTNAME: "spec.nodeName",
  NAMESPACE: "metadata.namespace",
  POD_IP: "status.podIP",
  NODE_IP: "status.hostIP",
  NODENAME: "spec.nodeName",
});

export interface Environment {
  readonly variables: ReadonlyMap<string, EnvSource>;
  /** Secrets whose keys all become variables. */
  readonly secrets: readonly string[];
}

export function environmentFor(
  asked: Asked,
  options: { readonly interval: string; readonly defaults: ReadonlyMap<string, EnvSource> },
  notes: Notes,
): Environment {
  const variables = new Map<string, EnvSource>(
    Object.entries(DOWNWARD_VARIABLES).map(([name, path]) => [name, { from: "field", path }]),
  );
  variables.set("INTERVAL", { from: "value", value: options.interval });
  for (const [name, source] of options.defaults) variables.set(name, source);
  for (const ask of asked.env) {
    const source = readEnv(ask, notes);
    if (source !== undefined) variables.set(ask.name, source);
  }
  return { variables, secrets: secretNames(asked, notes) };
}

/** The container's `env` and `envFrom`. */
export function environmentMembers({ variables, secrets }: Environment): JsonObject {
  const envFrom = secrets.map((name) => ({ secretRef: { name, optional: true } }));
  const env = [...variables].map(([name, source]) => variable(name, source));
  return { ...(envFrom.length > 0 && { envFrom }), env };
}

function variable(name: string, source: EnvSource): JsonObject {
  if (source.from === "value") return { name, value: source.value };
  if (source.from === "field") return { name, valueFrom: { fieldRef: { fieldPath: source.path } } };
  const reference = { name: source.name, key: source.key, optional: true };
  return { name, valueFrom: source.from === "secret" ? { secretKeyRef: reference } : { configMapKeyRef: reference } };
}

function readEnv(ask: EnvAsk, notes: Notes): EnvSource | undefined {
  if (!isVariableName(ask.name)) {
    notes.refuse(
      "invalid_annotation",
      `${nameOf(ask)}: ${quote(ask.name, 30)} cannot be a variable`,
      "use letters, digits and _; NODE_OPTIONS and LD_* stay the image's",
    );
    return undefined;
  }
  const source = envSource(ask.kind, ask.value);
  if (typeof source !== "string") return source;
  notes.refuse("invalid_annotation", `${nameOf(ask)}: ${quote(ask.value)} is not understood`, source);
  return undefined;
}

/** Variables that would make the agent run other code than its image's are not for annotations. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,252}$/.test(name) && !/^(NODE_OPTIONS|NODE_PATH|NODE_EXTRA_.*|LD_.*)$/i.test(name);
}

function secretNames(asked: Asked, notes: Notes): readonly string[] {
  const ask = asked.get("envSecrets");
  if (ask === undefined) return [];
  const names = ask.value.split(",").map((name) => name.trim());
  for (const name of names) {
    if (isSecretName(name)) continue;
    notes.refuse(
      "invalid_annotation",
      `${nameOf(ask)}: ${quote(name)} is not the name of a Secret`,
      "write names, separated by commas",
    );
  }
  return [...new Set(names)];
}
