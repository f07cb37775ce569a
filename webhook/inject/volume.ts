// One projected volume with the two halves of the config: the pod's own, from its annotation, and the class, from the
// Secret that the controller keeps in the namespace. The second is optional: an application never waits for its metrics.

import {
  CLASS_DIRECTORY,
  CLASS_FILE,
  CLASSES_SECRET,
  CONFIG_ANNOTATION,
  CONFIG_FILE,
  VOLUME_NAME,
} from "./contract.ts";
import type { JsonObject } from "./json.ts";

export function volumeFor(className: string): JsonObject {
  const podPart = { path: CONFIG_FILE, fieldRef: { fieldPath: `metadata.annotations['${CONFIG_ANNOTATION}']` } };
  const classPart = { key: className, path: `${CLASS_DIRECTORY}/${CLASS_FILE}` };
  return {
    name: VOLUME_NAME,
    projected: {
      sources: [
        { downwardAPI: { items: [podPart] } },
        { secret: { name: CLASSES_SECRET, optional: true, items: [classPart] } },
      ],
    },
  };
}
