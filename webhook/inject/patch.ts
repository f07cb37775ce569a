// JSON Patch (RFC 6902) for a pod: explicit operations that add, and never a comparison of before and after, which would
// rewrite neighbours. Lists are appended to; the one insertion in front is guarded by a `test` of who stands there.

import { at, isObject, type JsonObject } from "./json.ts";

export interface Operation {
  readonly op: "add" | "test";
  readonly path: string;
  readonly value: unknown;
}

export interface Seat {
  readonly native: boolean;
  readonly container: JsonObject;
  readonly volume: JsonObject;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The pod has the shape that the decision checked. */
export function patchFor(pod: JsonObject, seat: Seat): readonly Operation[] {
  return [
    ...annotationOperations(pod, seat.annotations),
    ...append(pod, "volumes", seat.volume),
    ...(seat.native ? putFirst(pod, seat.container) : append(pod, "containers", seat.container)),
  ];
}

function annotationOperations(pod: JsonObject, annotations: Readonly<Record<string, string>>): Operation[] {
  const operations: Operation[] = [];
  if (!isObject(at(pod, "metadata"))) operations.push(add("/metadata", {}));
  if (!isObject(at(pod, "metadata", "annotations"))) operations.push(add("/metadata/annotations", {}));
  for (const [key, value] of Object.entries(annotations)) {
    operations.push(add(`/metadata/annotations/${pointerPart(key)}`, value));
  }
  return operations;
}

function append(pod: JsonObject, list: string, value: JsonObject): Operation[] {
  const exists = Array.isArray(at(pod, "spec", list));
  return [exists ? add(`/spec/${list}/-`, value) : add(`/spec/${list}`, [value])];
}

/** A native sidecar stands before the other init containers: it starts first and stops last. */
function putFirst(pod: JsonObject, container: JsonObject): Operation[] {
  const list = at(pod, "spec", "initContainers");
  if (!Array.isArray(list) || list.length === 0) return append(pod, "initContainers", container);
  const path = "/spec/initContainers/0";
  const name = at(list[0], "name");
  const guard: Operation =
    name === undefined
      ? { op: "test", path, value: list[0] as unknown }
      : { op: "test", path: `${path}/name`, value: name };
  return [guard, add(path, container)];
}

function add(path: string, value: unknown): Operation {
  return { op: "add", path, value };
}

/** RFC 6901. */
export function pointerPart(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
