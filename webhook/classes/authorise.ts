// Which namespace may use which class: the class's `namespaces` selector in config.yaml against the namespace's labels.

import type { Settings } from "../settings/settings.ts";
import type { ClassSet } from "./class-set.ts";
import { selects } from "./label-selector.ts";

/** A class without a selector may be used everywhere. Every namespace carries the label that Kubernetes gives it. */
export function mayUse(
  settings: Settings,
  className: string,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  const selector = settings.classes.get(className)?.namespaces;
  return (
    selector === undefined || selects(selector, { ...namespace.labels, "kubernetes.io/metadata.name": namespace.name })
  );
}

/** What belongs into the namespace's copy of the Secret: class name -> TOML. */
export function classesFor(
  classes: ClassSet,
  settings: Settings,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): ReadonlyMap<string, string> {
  const usable = new Map<string, string>();
  for (const { name, text } of classes.classes.values()) {
    if (text !== undefined && mayUse(settings, name, namespace)) usable.set(name, text);
  }
  return usable;
}
