// Reads where a variable's value comes from: `name/key` of a Secret or ConfigMap, or a field of the pod.

import type { EnvSource } from "../settings/settings.ts";
import type { EnvKind } from "./asked.ts";
import { isDataKey, isQualifiedName, isSecretName } from "./object-name.ts";

/** What the downward API offers to variables: core/v1 validation, validateEnvDownwardAPIFieldPathExpressions. */
const FIELDS = new Set([
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
]);

/** The source, or what to write instead. */
export function envSource(kind: EnvKind, text: string): EnvSource | string {
  switch (kind) {
    case "env":
      return text.includes("\0") ? "remove the NUL character" : { from: "value", value: text };
    case "env-field":
      return isField(text.trim())
        ? { from: "field", path: text.trim() }
        : "write metadata.labels['app'], metadata.annotations['x'], spec.nodeName, status.podIP or the like";
    case "env-secret":
      return reference("secret", text.trim());
    case "env-configmap":
      return reference("configmap", text.trim());
    default:
      return "use env, env-field, env-secret or env-configmap";
  }
}

function isField(path: string): boolean {
  const subscript = /^metadata\.(?:labels|annotations)\['([^']+)'\]$/.exec(path);
  return subscript === null ? FIELDS.has(path) : isQualifiedName(subscript[1] as string);
}

function reference(from: "secret" | "configmap", text: string): EnvSource | string {
  const slash = text.indexOf("/");
  const name = text.slice(0, slash);
  const key = text.slice(slash + 1);
  if (slash === -1 || !isSecretName(name) || !isDataKey(key)) return "write name/key";
  return { from, name, key };
}
