// Everything a decision may know, opened according to the command line and kept up to date.

import type { Clock } from "../../certs/clock.ts";
import type { Catalog } from "../../agent/config/config.ts";
import { uncheckedClasses, type ClassSet } from "../classes/class-set.ts";
import type { Logger } from "../log/logger.ts";
import type { ServeOptions } from "../serve-options.ts";
import { EXIT_NO_INPUT, ExitError } from "../server/listen-failure.ts";
import type { Metrics } from "../server/metrics.ts";
import { readSettings } from "../settings/read-settings.ts";
import { defaultSettings, type Settings } from "../settings/settings.ts";
import { unknownNamespaces, type NamespacesSource } from "./namespaces-source.ts";
import { NamespacesFile, watchClasses, watchSettings } from "./watched-sources.ts";
import type { Watched } from "./watched.ts";

export interface Knowledge {
  readonly namespaces: NamespacesSource;
  readonly classes: () => ClassSet;
  readonly settings: () => Settings;
  readonly classesReady: () => boolean;
  /** Never with the defaults in place of settings that are broken: they may say who may not use a class. */
  readonly settingsReady: () => boolean;
  readonly stop: () => void;
}

export interface KnowledgeParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Who knows the namespaces when no file does. */
  readonly cluster: { readonly namespaces: NamespacesSource } | undefined;
}

const NO_CLASSES: ClassSet = { classes: new Map(), known: true };

/** With `dev`, input that cannot be read is an error of the command line; in a cluster it may still come. */
export async function openKnowledge(options: ServeOptions, parts: KnowledgeParts): Promise<Knowledge> {
  const { classes: directory, config, namespaces: file, ownNamespace } = options;
  const classes = directory === undefined ? undefined : watchClasses(directory, parts.catalog, parts);
  const settings =
    config === undefined ? undefined : watchSettings(config, (text) => settingsOf(text, ownNamespace), parts);
  const fromFile = file === undefined ? undefined : new NamespacesFile(file, parts);
  const watched = [classes, settings, fromFile?.watched].filter((one) => one !== undefined);
  await Promise.all(watched.map((one) => one.start()));
  if (options.dev) stopIfUnreadable(watched);
  return {
    namespaces: fromFile ?? parts.cluster?.namespaces ?? unknownNamespaces,
    classes: () => (classes === undefined ? uncheckedClasses : (classes.value ?? NO_CLASSES)),
    settings: () => settings?.value ?? { ...defaultSettings, ownNamespace },
    classesReady: () => classes === undefined || classes.value !== undefined,
    settingsReady: () => settings === undefined || settings.value !== undefined,
    stop: () => watched.forEach((one) => one.stop()),
  };
}

function stopIfUnreadable(watched: readonly Pick<Watched<unknown>, "value" | "problem" | "stop">[]): void {
  const bad = watched.find(({ value }) => value === undefined);
  if (bad === undefined) return;
  for (const one of watched) one.stop();
  throw new ExitError(bad.problem, EXIT_NO_INPUT);
}

function settingsOf(text: string, ownNamespace: string): Settings {
  const { settings, problems } = readSettings(text, { ...defaultSettings, ownNamespace });
  if (settings !== undefined) return settings;
  const told = problems.map(({ line, path, message, remedy }) => `line ${line}: ${path}: ${message} (${remedy})`);
  throw new Error(told.join("; "));
}
