// `mounts`: volumes that the pod already has, shown to the agent read-only.

import { nearest } from "../../agent/config/near.ts";
import { nameOf, type Ask, type Asked } from "./asked.ts";
import { MOUNT_PATH } from "./contract.ts";
import { at, listOf, stringOf, type JsonObject } from "./json.ts";
import type { Notes } from "./notes.ts";
import { quote } from "./warning-text.ts";

export function mountsFor(asked: Asked, pod: JsonObject, notes: Notes): readonly JsonObject[] {
  const ask = asked.get("mounts");
  if (ask === undefined) return [];
  const volumes = listOf(at(pod, "spec", "volumes"))
    .map((volume) => stringOf(at(volume, "name")))
    .filter((name) => name !== "");
  const taken = new Set<string>();
  return ask.value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .flatMap((part) => mount(part, { ask, volumes, taken, notes }));
}

interface Surroundings {
  readonly ask: Ask;
  readonly volumes: readonly string[];
  readonly taken: Set<string>;
  readonly notes: Notes;
}

function mount(part: string, { ask, volumes, taken, notes }: Surroundings): JsonObject[] {
  const equals = part.indexOf("=");
  const name = part.slice(0, equals).trim();
  const mountPath = part
    .slice(equals + 1)
    .trim()
    .replace(/(?<=.)\/+$/, "");
  const refuse = (what: string, remedy: string): [] => {
    notes.refuse("invalid_annotation", `${nameOf(ask)}: ${what}`, remedy);
    return [];
  };
  if (equals === -1) return refuse(`${quote(part)} is not understood`, "write volume=/path");
  if (!volumes.includes(name)) {
    const near = nearest(name, volumes);
    return refuse(
      `the pod has no volume ${quote(name)}`,
      near.length > 0 ? `did you mean ${near.join(" or ")}?` : "name one of spec.volumes",
    );
  }
  if (!isFreePath(mountPath))
    return refuse(`${quote(mountPath)} cannot be a mount path`, `use an absolute path outside ${MOUNT_PATH}`);
  if (taken.has(mountPath)) return refuse(`${quote(mountPath)} is named twice`, "give each volume a path of its own");
  taken.add(mountPath);
  return [{ name, mountPath, readOnly: true }];
}

function isFreePath(path: string): boolean {
  if (!/^\/[^:\0]+$/.test(path) || path.split("/").includes("..")) return false;
  return !`${path}/`.startsWith(`${MOUNT_PATH}/`) && !`${MOUNT_PATH}/`.startsWith(`${path}/`);
}
