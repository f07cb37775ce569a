// Namespace objects from YAML text: one or more documents, each a Namespace or a List of them. Other kinds are passed
// over, so that the output of `kubectl get ns -o yaml` and a file of whole manifests both serve.

import { parseAllDocuments } from "yaml";
import type { NamespaceFacts } from "../admission/known.ts";
import { at, listOf, stringOf, stringsOf } from "../inject/json.ts";

/** By name. Rejects text that is not YAML, and a Namespace without a name. */
export function readNamespaces(text: string): ReadonlyMap<string, NamespaceFacts> {
  const namespaces = new Map<string, NamespaceFacts>();
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`it is not YAML: ${error.message.split("\n", 1)[0]}`, { cause: error });
    for (const object of objectsOf(document.toJS())) {
      const [name, facts] = namespaceFacts(object);
      if (name === "") throw new Error("a Namespace has no metadata.name: give it one");
      namespaces.set(name, facts);
    }
  }
  return namespaces;
}

export function namespaceFacts(object: unknown): readonly [name: string, facts: NamespaceFacts] {
  const name = stringOf(at(object, "metadata", "name"));
  const labels = stringsOf(at(object, "metadata", "labels"));
  // The API server sets this one on every Namespace; a file usually leaves it out.
  const named = { "kubernetes.io/metadata.name": name, ...labels };
  return [name, { labels: named, annotations: stringsOf(at(object, "metadata", "annotations")) }];
}

function objectsOf(value: unknown): unknown[] {
  const items = at(value, "items");
  if (Array.isArray(items)) return listOf(items).flatMap(objectsOf);
  return stringOf(at(value, "kind")) === "Namespace" ? [value] : [];
}
