// JSON Patch on plain data, below a path of the document: what the API server does with the webhook's answer.

import jsonPatch from "fast-json-patch";
import { pointerPart, type Operation } from "../inject/patch.ts";
import type { Path } from "./workload.ts";

/** A pod's patch, and where that pod is in its document. */
export interface Patch {
  readonly path: Path;
  readonly operations: readonly Operation[];
}

/** A new document; throws when a `test` does not hold. */
export function applyPatch(document: unknown, patches: readonly Patch[]): unknown {
  const operations = patches.flatMap(({ path, operations }) => {
    const prefix = path.map((part) => `/${pointerPart(String(part))}`).join("");
    return operations.map((operation) => ({ ...operation, path: prefix + operation.path }));
  });
  // Not structuredClone: what a YAML alias shares has to become two things, one of which changes.
  const copy = JSON.parse(JSON.stringify(document)) as unknown;
  return jsonPatch.applyPatch(copy, structuredClone(operations), true).newDocument;
}
