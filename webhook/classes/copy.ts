// What a namespace's copy of the classes should hold, and what is to be done about the one that is there. Pure.

import { createHash } from "node:crypto";
import type { Settings } from "../settings/settings.ts";
import { classesFor, mayUse } from "./authorise.ts";
import type { ClassSet } from "./class-set.ts";
import { isOlder, type Stamp } from "./stamp.ts";

/** A Secret of that name in a namespace, without its content. */
export interface Copy {
  /** It carries our label; else it is somebody's own and none of our business. */
  readonly managed: boolean;
  readonly stamp: Stamp;
  /** Class name -> digest of its text. */
  readonly digests: ReadonlyMap<string, string>;
}

export interface Wanted {
  readonly texts: ReadonlyMap<string, string>;
  /** Class name -> digest, of all classes there are. */
  readonly digests: ReadonlyMap<string, string>;
  /** Broken since before we started, so we do not know its last good text: what the copy holds of it stays. */
  readonly kept: ReadonlySet<string>;
  readonly stamp: Stamp;
}

/** What copies are made of. */
export interface CopySources {
  readonly classes: ClassSet;
  readonly settings: Settings;
  readonly stamp: Stamp;
}

export type Verdict = "same" | "create" | "update" | "foreign" | "behind";

/** Exactly the classes that this namespace may use. */
export function wantedCopy(
  { classes, settings, stamp }: CopySources,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): Wanted {
  const broken = [...classes.classes.values()].filter(({ text }) => text === undefined).map(({ name }) => name);
  return {
    texts: classesFor(classes, settings, namespace),
    digests: digestsOf(classes),
    kept: new Set(broken.filter((name) => mayUse(settings, name, namespace))),
    stamp,
  };
}

/** `behind`: the copy was made from newer sources than ours, and holds something else. */
export function judge(copy: Copy | undefined, wanted: Wanted): Verdict {
  if (copy === undefined) return wanted.texts.size === 0 ? "same" : "create";
  if (!copy.managed) return "foreign";
  if (holds(copy, wanted)) return "same";
  return isOlder(wanted.stamp, copy.stamp) ? "behind" : "update";
}

export function digestOf(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("base64");
}

function holds({ digests }: Copy, { texts, kept, digests: wanted }: Wanted): boolean {
  return (
    [...texts.keys()].every((name) => digests.get(name) === wanted.get(name)) &&
    [...digests.keys()].every((name) => texts.has(name) || kept.has(name))
  );
}

const digestsOfSets = new WeakMap<ClassSet, ReadonlyMap<string, string>>();

/** Once for each set, not for each of a thousand namespaces. */
function digestsOf(set: ClassSet): ReadonlyMap<string, string> {
  let digests = digestsOfSets.get(set);
  if (digests === undefined) {
    digests = new Map([...set.classes.values()].map(({ name, text }) => [name, digestOf(text ?? "")]));
    digestsOfSets.set(set, digests);
  }
  return digests;
}
