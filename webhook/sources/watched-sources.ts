// The three things the webhook follows on disk: classes (a directory), settings and namespaces (a file each). What a
// file means is told by webhook/classes and webhook/settings; here it is only noticed, read and reported.

import { readFile } from "node:fs/promises";
import type { Clock } from "../../certs/clock.ts";
import type { Catalog } from "../../agent/config/config.ts";
import type { NamespaceFacts } from "../admission/known.ts";
import { loadClasses, type ClassSet } from "../classes/class-set.ts";
import type { Logger } from "../log/logger.ts";
import type { Metrics } from "../server/metrics.ts";
import type { NamespacesSource } from "./namespaces-source.ts";
import { directoryStamp, fileStamp, readDirectory } from "./read-directory.ts";
import { readNamespaces } from "./read-namespaces.ts";
import { Watched } from "./watched.ts";

export interface SourceParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The classes or the settings are others than before. */
  readonly changed: () => void;
}

export function watchClasses(directory: string, catalog: Catalog, parts: SourceParts): Watched<ClassSet> {
  return new Watched<ClassSet>({
    name: `the classes in ${directory}`,
    stamp: () => directoryStamp(directory),
    read: async (previous) => {
      const files = await readDirectory(directory);
      return loadClasses(files, previous === undefined ? { catalog } : { catalog, previous });
    },
    onChange: (classes) => tellClasses(classes, parts),
    ...reporting("classes", parts),
  });
}

/** `parse` rejects with what is wrong, or gives the value. */
export function watchSettings<T>(
  file: string,
  parse: (text: string) => T | Promise<T>,
  parts: SourceParts,
): Watched<T> {
  return new Watched<T>({
    name: `the settings in ${file}`,
    stamp: () => fileStamp(file),
    read: async () => parse(await readFile(file, "utf8")),
    onChange: () => tellSettings({ file }, parts),
    ...reporting("settings", parts),
  });
}

export class NamespacesFile implements NamespacesSource {
  readonly watched: Watched<ReadonlyMap<string, NamespaceFacts>>;

  constructor(file: string, parts: SourceParts) {
    this.watched = new Watched({
      name: `the namespaces in ${file}`,
      stamp: () => fileStamp(file),
      read: async () => readNamespaces(await readFile(file, "utf8")),
      onChange: (namespaces) => {
        parts.metrics.sourceReloads.inc({ source: "namespaces", result: "good" });
        parts.log.info({ file, namespaces: namespaces.size }, "namespaces read");
      },
      ...reporting("namespaces", parts),
    });
  }

  get ready(): boolean {
    return this.watched.value !== undefined;
  }

  /** The file is all there is: a namespace that is not in it has no labels. */
  get(name: string): NamespaceFacts | undefined {
    return this.watched.value?.get(name) ?? { labels: { "kubernetes.io/metadata.name": name }, annotations: {} };
  }

  stop(): void {
    this.watched.stop();
  }
}

/** `where` is for the log line. */
export function tellSettings(where: Readonly<Record<string, string>>, { log, metrics, changed }: SourceParts): void {
  metrics.sourceReloads.inc({ source: "settings", result: "good" });
  log.info(where, "settings read");
  changed();
}

export function tellClasses({ classes }: ClassSet, { log, metrics, changed }: SourceParts): void {
  metrics.classValid.reset();
  let bad = 0;
  for (const { name, text, problems } of classes.values()) {
    const errors = problems.filter(({ severity }) => severity === "error");
    if (errors.length > 0) bad += 1;
    metrics.classValid.set({ class: name }, errors.length === 0 ? 1 : 0);
    for (const { severity, line, message, remedy } of problems) {
      const kept = errors.length === 0 || text === undefined ? "" : "; its last good text stays in use";
      log[severity === "error" ? "error" : "warn"]({ class: name, line }, `${message}; ${remedy}${kept}`);
    }
  }
  metrics.sourceReloads.inc({ source: "classes", result: bad === 0 ? "good" : "bad" });
  log.info({ classes: [...classes.keys()], bad }, "classes read");
  changed();
}

interface Reporting {
  readonly clock: Clock;
  readonly onProblem: (message: string) => void;
}

export function reporting(source: string, { clock, log, metrics }: SourceParts): Reporting {
  return {
    clock,
    onProblem(message) {
      metrics.sourceReloads.inc({ source, result: "bad" });
      log.error({ source }, message);
    },
  };
}
