// The remedy for a name that nobody knows: the names close to it, or all there are.

import { nearest } from "./near.ts";

export function near(name: string, known: readonly string[], prefix = ""): string {
  const close = nearest(name, new Set(known));
  if (close.length > 0) return `${prefix}did you mean ${close.join(" or ")}?`;
  const all = [...new Set(known)].toSorted();
  return `${prefix}remove it${all.length === 0 ? "" : `; known are ${all.join(", ")}`}`;
}
