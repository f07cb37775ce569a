// Pods that name their own sum (spec.resources, Kubernetes 1.34): the agent lives off it. The API server denies a pod
// whose containers together ask for more than the pod, or one of which may take more.

import { at, isObject, type JsonObject } from "./json.ts";

/** The agent's resources without those that the pod names for all its containers. */
export function withinPod(pod: JsonObject, resources: JsonObject): JsonObject {
  const named = new Set(["requests", "limits"].flatMap((kind) => namesOf(at(pod, "spec", "resources", kind))));
  if (named.size === 0) return resources;
  const kept = Object.entries(resources).map(([kind, amounts]) => {
    const entries = Object.entries(isObject(amounts) ? amounts : {}).filter(([name]) => !named.has(name));
    return [kind, Object.fromEntries(entries)] as const;
  });
  return Object.fromEntries(kept.filter(([, amounts]) => namesOf(amounts).length > 0));
}

function namesOf(amounts: unknown): readonly string[] {
  return isObject(amounts) ? Object.keys(amounts) : [];
}
