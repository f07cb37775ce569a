// What the tests of the webhook know of a cluster: one labelled namespace and nothing else, unless they say otherwise.

import { uncheckedClasses } from "../classes/class-set.ts";
import { testCatalog } from "../inject/test-catalog.ts";
import { defaultSettings } from "../settings/settings.ts";
import type { Known } from "./known.ts";

export const labelled = { labels: { "pilotfish.dev/injection": "enabled" }, annotations: {} };

export function knownWith(changes: Partial<Known> = {}): Known {
  const base = {
    namespace: () => labelled,
    classes: uncheckedClasses,
    settings: defaultSettings,
    catalog: testCatalog,
  };
  return { ...base, ...changes };
}

export function reviewOf(object: unknown, request: Record<string, unknown> = {}): object {
  const kind = { group: "", version: "v1", kind: "Pod" };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { uid: "u-1", kind, operation: "CREATE", namespace: "shop", object, ...request },
  };
}
