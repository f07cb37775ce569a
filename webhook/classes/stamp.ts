// Which generation of its sources a copy of the classes was made from. Kept in an annotation of the copy, so that a
// replica whose watch is behind never puts older content over newer. Versions are those of the API server: since
// Kubernetes 1.35 documented as comparable, and whole numbers that only grow in every release before.

/** Versions of the Secret with the classes and of the ConfigMap with the settings; empty: read from a file, none. */
export interface Stamp {
  readonly classes: string;
  readonly settings: string;
}

export function formatStamp({ classes, settings }: Stamp): string {
  return `classes=${classes} settings=${settings}`;
}

/** What is not there, or not understood, is the empty version. */
export function parseStamp(text: string): Stamp {
  const version = (name: string): string => new RegExp(`(?:^| )${name}=(\\d*)(?: |$)`).exec(text)?.[1] ?? "";
  return { classes: version("classes"), settings: version("settings") };
}

/** In at least one of its parts. A part without a version is never older. */
export function isOlder(one: Stamp, other: Stamp): boolean {
  return older(one.classes, other.classes) || older(one.settings, other.settings);
}

function older(one: string, other: string): boolean {
  return /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) < BigInt(other);
}
