// `pilotfish inject`: manifests in, manifests with the agent out, a report on standard error. It decides and plans with
// the webhook's own functions; only where the facts come from differs: files and flags instead of a cluster.

import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { Readable } from "node:stream";
import type { Catalog } from "../../agent/config/config.ts";
import type { Known, NamespaceFacts } from "../admission/known.ts";
import { loadClasses, uncheckedClasses, type ClassSet } from "../classes/class-set.ts";
import { injectPod } from "../inject/inject-pod.ts";
import { readSettings } from "../settings/read-settings.ts";
import { defaultSettings, type Settings } from "../settings/settings.ts";
import { readDirectory } from "../sources/read-directory.ts";
import { reportLines } from "./inject-report.ts";
import { readManifests, ManifestError, type Manifest, type Patch } from "./manifest.ts";
import { namespacesIn, workloadsIn } from "./workload.ts";

export interface InjectOptions {
  /** A path, or `-` for standard input. */
  readonly file: string;
  /** Directory of classes, a file each. Without it classes are not checked. */
  readonly classes?: string;
  readonly config?: string;
  /** `k=v`, added to the labels of every namespace; Namespace objects in the input bring their own. */
  readonly namespaceLabel?: readonly string[];
}

export interface InjectIo {
  readonly stdin: Readable;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly catalog: Catalog;
}

/** sysexits.h */
const EXIT_USAGE = 64;
const EXIT_DATA = 65;
const EXIT_NO_INPUT = 66;
const EXIT_CONFIG = 78;

class Unusable extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The exit code. Whatever happens to the pods it is 0; else the input, the flags or the settings are unusable. */
export async function inject(options: InjectOptions, io: InjectIo): Promise<number> {
  try {
    const labels = readLabels(options.namespaceLabel ?? []);
    const settings = await settingsOf(options);
    const classes = await classesOf(options, io);
    const text = await readInput(options.file, io);
    const manifests = manifestsOf(text, options.file);
    const known: Known = { namespace: factsFrom(manifests, labels), classes, settings, catalog: io.catalog };
    for (const manifest of manifests) io.out(await injectManifest(manifest, known, io));
    return 0;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    io.err(`pilotfish inject: ${error.message}\n`);
    return error.exitCode;
  }
}

async function injectManifest(manifest: Manifest, known: Known, io: InjectIo): Promise<string> {
  const patches: Patch[] = [];
  for (const workload of workloadsIn(manifest.value)) {
    const { pod, namespace, path } = workload;
    const injection = await injectPod({ pod, namespace }, known);
    io.err(reportLines(workload, injection));
    if (injection.patch.length > 0) patches.push({ path, operations: injection.patch });
  }
  return manifest.patched(patches);
}

async function readInput(file: string, io: InjectIo): Promise<string> {
  if (file === "-") return readAll(io.stdin);
  return readText(file, "-f");
}

async function readText(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unusable(EXIT_NO_INPUT, `cannot read ${option} ${file}: ${why}`);
  }
}

function manifestsOf(text: string, file: string): readonly Manifest[] {
  try {
    const manifests = readManifests(text);
    if (manifests.some(({ value }) => value !== undefined && value !== null)) return manifests;
    throw new Unusable(EXIT_DATA, `${file} holds no object; give it Kubernetes manifests in YAML or JSON`);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new Unusable(EXIT_DATA, `${file} is neither YAML nor JSON: ${error.message}`);
  }
}

async function settingsOf({ config }: InjectOptions): Promise<Settings> {
  if (config === undefined) return defaultSettings;
  const { settings, problems } = readSettings(await readText(config, "--config"));
  if (settings !== undefined) return settings;
  const lines = problems.map(({ line, path, message, remedy }) => `\n  line ${line}: ${path}: ${message}; ${remedy}`);
  throw new Unusable(EXIT_CONFIG, `the settings in ${config} cannot be used:${lines.join("")}`);
}

async function classesOf({ classes: directory }: InjectOptions, io: InjectIo): Promise<ClassSet> {
  if (directory === undefined) return uncheckedClasses;
  try {
    const set = await loadClasses(await readDirectory(directory), { catalog: io.catalog });
    for (const { name, problems } of set.classes.values()) {
      for (const { line, severity, message, remedy } of problems) {
        io.err(`class ${name}, line ${line}: ${severity}: ${message}; ${remedy}\n`);
      }
    }
    return set;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unusable(EXIT_NO_INPUT, `cannot read --classes ${directory}: ${why}`);
  }
}

function readLabels(given: readonly string[]): Readonly<Record<string, string>> {
  const pairs = given.map((text): [string, string] => {
    const equals = text.indexOf("=");
    if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
    throw new Unusable(EXIT_USAGE, `--namespace-label ${text} is not k=v; write pilotfish.dev/injection=enabled`);
  });
  return Object.fromEntries(pairs);
}

function factsFrom(
  manifests: readonly Manifest[],
  labels: Readonly<Record<string, string>>,
): (name: string) => NamespaceFacts {
  const brought = new Map(manifests.flatMap(({ value }) => namespacesIn(value)).map((one) => [one.name, one]));
  return (name) => {
    const own = brought.get(name);
    return { labels: { ...own?.labels, ...labels }, annotations: own?.annotations ?? {} };
  };
}
