// The remedy for a name that nobody knows: the names close to it, or all there are.

import { nearest } from "./near.ts";

/** `listed`: what to show when nothing is close, if that is not everything. */
export function near(name: string, known: readonly string[], listed = known): string {
  const close = nearest(name, new Set(known));
  if (close.length > 0) return `did you mean ${close.join(" or ")}?`;
  const all = [...new Set(listed)].toSorted();
  return `remove it${all.length === 0 ? "" : `; known are ${all.join(", ")}`}`;
}
