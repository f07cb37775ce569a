// Classes and settings as they stand in the cluster itself: all replicas see an edit within moments. A mounted copy lags
// by up to a minute, and differently on each node. What they mean is told by webhook/classes and webhook/settings.

import type { Catalog } from "../../agent/config/config.ts";
import { loadClasses, type ClassSet } from "../classes/class-set.ts";
import { CLASSES_SECRET, SETTINGS_CONFIG_MAP, SETTINGS_KEY } from "../inject/contract.ts";
import { FollowedValue } from "./followed-value.ts";
import type { TextsSource } from "./texts-source.ts";
import { reporting, tellClasses, tellSettings, type SourceParts } from "./watched-sources.ts";

export function followClasses(source: TextsSource, catalog: Catalog, parts: SourceParts): FollowedValue<ClassSet> {
  const followed = new FollowedValue<ClassSet>({
    name: `the classes in Secret ${CLASSES_SECRET}`,
    absent: "there is no such Secret: create one, see manifests/examples/classes.yaml",
    read: (texts, previous) => loadClasses(texts, previous === undefined ? { catalog } : { catalog, previous }),
    onChange: (classes) => tellClasses(classes, parts),
    ...reporting("classes", parts),
  });
  source.follow((texts) => followed.take(texts));
  return followed;
}

/** `parse` throws what is wrong with the text, or gives the value. */
export function followSettings<T>(
  source: TextsSource,
  parse: (text: string) => T,
  parts: SourceParts,
): FollowedValue<T> {
  const followed = new FollowedValue<T>({
    name: `the settings in ConfigMap ${SETTINGS_CONFIG_MAP}`,
    absent: "there is no such ConfigMap: apply manifests/base",
    read(texts) {
      const text = texts.get(SETTINGS_KEY);
      if (text === undefined) throw new Error(`it has no key ${SETTINGS_KEY}: apply manifests/base`);
      return parse(text);
    },
    onChange: () => tellSettings({ configMap: SETTINGS_CONFIG_MAP }, parts),
    ...reporting("settings", parts),
  });
  source.follow((texts) => followed.take(texts));
  return followed;
}
