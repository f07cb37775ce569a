// Everything a decision may know, opened according to the command line and kept up to date.

import type { Clock } from "../../certs/clock.ts";
import type { Catalog } from "../../agent/config/config.ts";
import { uncheckedClasses, type ClassSet } from "../classes/class-set.ts";
import type { CopySources } from "../classes/copy.ts";
import type { Logger } from "../log/logger.ts";
import type { ServeOptions } from "../serve-options.ts";
import { EXIT, ExitError } from "../exit-codes.ts";
import type { Metrics } from "../server/metrics.ts";
import { readSettings } from "../settings/read-settings.ts";
import { defaultSettings, type Settings } from "../settings/settings.ts";
import { unknownNamespaces, type NamespacesSource } from "./namespaces-source.ts";
import { followClasses, followSettings } from "./followed-sources.ts";
import type { TextsSource } from "./texts-source.ts";
import { NamespacesFile, watchClasses, watchSettings, type SourceParts } from "./watched-sources.ts";
import type { Watched } from "./watched.ts";

export interface Knowledge {
  readonly namespaces: NamespacesSource;
  readonly classes: () => ClassSet;
  readonly settings: () => Settings;
  readonly classesReady: () => boolean;
  /** Never with the defaults in place of settings that are broken: they may say who may not use a class. */
  readonly settingsReady: () => boolean;
  /** What the namespaces' copies of the classes are made of; undefined: no classes, or no settings, were ever read. */
  readonly copySources: () => CopySources | undefined;
  /** Called after each change of the classes or the settings. */
  readonly onChange: (changed: () => void) => void;
  readonly stop: () => void;
}

export interface KnowledgeParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Who knows what no file tells. */
  readonly cluster: ClusterSources | undefined;
}

interface ClusterSources {
  readonly namespaces: NamespacesSource;
  readonly classes: TextsSource;
  readonly settings: TextsSource;
}

/** A file that is watched, or an object of the cluster that is followed. */
interface Kept<T> {
  readonly value: T | undefined;
  /** Of the API server; undefined: from a file. */
  readonly version?: string;
  /** Followed: it was looked for once. */
  readonly seen?: boolean;
}

const NO_CLASSES: ClassSet = { classes: new Map(), known: true };

/** With `dev`, input that cannot be used is an error of the command line; in a cluster it may still come. */
export async function openKnowledge(options: ServeOptions, parts: KnowledgeParts): Promise<Knowledge> {
  const { classes: directory, config, namespaces: file, ownNamespace } = options;
  const { catalog, cluster } = parts;
  const listeners: (() => void)[] = [];
  const sourceParts: SourceParts = { ...parts, changed: () => listeners.forEach((changed) => changed()) };
  const parse = (text: string): Settings => settingsOf(text, ownNamespace);
  const classFiles = directory === undefined ? undefined : watchClasses(directory, catalog, sourceParts);
  const settingsFile = config === undefined ? undefined : watchSettings(config, parse, sourceParts);
  const fromFile = file === undefined ? undefined : new NamespacesFile(file, sourceParts);
  const watched = [classFiles, settingsFile, fromFile?.watched].filter((one) => one !== undefined);
  await Promise.all(watched.map((one) => one.start()));
  if (options.dev) stopIfUnusable(watched);
  const classes: Kept<ClassSet> | undefined =
    classFiles ?? (cluster && followClasses(cluster.classes, catalog, sourceParts));
  const settings: Kept<Settings> | undefined =
    settingsFile ?? (cluster && followSettings(cluster.settings, parse, sourceParts));
  return {
    namespaces: fromFile ?? cluster?.namespaces ?? unknownNamespaces,
    classes: () => (classes === undefined ? uncheckedClasses : (classes.value ?? NO_CLASSES)),
    settings: () => settings?.value ?? { ...defaultSettings, ownNamespace },
    // No Secret means no classes; a directory that was named has to be there.
    classesReady: () => classes === undefined || classes.value !== undefined || classes.seen === true,
    settingsReady: () => settings === undefined || settings.value !== undefined,
    copySources: () => copySources(classes, settings),
    onChange: (changed) => void listeners.push(changed),
    stop: () => watched.forEach((one) => one.stop()),
  };
}

function copySources(
  classes: Kept<ClassSet> | undefined,
  settings: Kept<Settings> | undefined,
): CopySources | undefined {
  if (classes?.value === undefined || settings?.value === undefined) return undefined;
  const stamp = { classes: classes.version ?? "", settings: settings.version ?? "" };
  return { classes: classes.value, settings: settings.value, stamp };
}

function stopIfUnusable(watched: readonly Pick<Watched<unknown>, "value" | "problem" | "cause" | "stop">[]): void {
  const bad = watched.find(({ value }) => value === undefined);
  if (bad === undefined) return;
  for (const one of watched) one.stop();
  // Only what the file system says has a code, such as ENOENT; all else was read.
  const isUnread = bad.cause instanceof Error && "code" in bad.cause;
  throw new ExitError(bad.problem, isUnread ? EXIT.noInput : EXIT.config, { cause: bad.cause });
}

function settingsOf(text: string, ownNamespace: string): Settings {
  const { settings, problems } = readSettings(text, { ...defaultSettings, ownNamespace });
  if (settings !== undefined) return settings;
  const told = problems.map(({ line, path, message, remedy }) => `line ${line}: ${path}: ${message} (${remedy})`);
  throw new Error(told.join("; "));
}
