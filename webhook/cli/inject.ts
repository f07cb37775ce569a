// `pilotfish inject`: manifests in, manifests with the agent out, a report on standard error. It decides and plans with
// the webhook's own functions; only where the facts come from differs: files and flags instead of a cluster.

import type { Readable } from "node:stream";
import type { Catalog } from "../../agent/config/config.ts";
import type { Known, NamespaceFacts } from "../admission/known.ts";
import { loadClasses, uncheckedClasses, type ClassSet } from "../classes/class-set.ts";
import { EXIT, ExitError } from "../exit-codes.ts";
import { injectPod } from "../inject/inject-pod.ts";
import { isObject } from "../inject/json.ts";
import { readSettings } from "../settings/read-settings.ts";
import { defaultSettings, type Settings } from "../settings/settings.ts";
import { readDirectory } from "../sources/read-directory.ts";
import { readBytes, readInputs, textOf } from "./inject-input.ts";
import { reportLines, strangerLine } from "./inject-report.ts";
import type { Manifest, Patch } from "./manifest.ts";
import { namespacesIn, strangersIn, workloadsIn } from "./workload.ts";

export interface InjectOptions {
  /** Paths, or `-` for standard input; one stream of documents, in this order. */
  readonly files: readonly string[];
  /** Directory of classes, a file each. Without it classes are not checked. */
  readonly classes?: string;
  readonly config?: string;
  /** `k=v`, the labels of every namespace that the input does not bring as an object. */
  readonly namespaceLabel?: readonly string[];
}

export interface InjectIo {
  readonly stdin: Readable;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly catalog: Catalog;
}

/** The exit code. Whatever happens to the pods it is 0; else the input, the flags or the settings are unusable. */
export async function inject(options: InjectOptions, io: InjectIo): Promise<number> {
  try {
    const labels = readLabels(options.namespaceLabel ?? []);
    const settings = await settingsOf(options);
    const classes = await classesOf(options, io);
    const inputs = await readInputs(options.files, io.stdin);
    const all = inputs.flatMap(({ manifests }) => manifests);
    const known: Known = { namespace: factsFrom(all, labels), classes, settings, catalog: io.catalog };
    for (const { mark, manifests } of inputs) {
      if (mark !== "") io.out(mark);
      for (const manifest of manifests) io.out(await injectManifest(manifest, known, io));
    }
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
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
  // A part without an object is comments.
  if (isObject(manifest.value)) for (const stranger of strangersIn(manifest.value)) io.err(strangerLine(stranger));
  return manifest.patched(patches);
}

async function settingsOf({ config }: InjectOptions): Promise<Settings> {
  if (config === undefined) return defaultSettings;
  const { settings, problems } = readSettings(
    textOf(await readBytes(config, "--config"), { name: config, exitCode: EXIT.config }),
  );
  if (settings !== undefined) return settings;
  const lines = problems.map(({ line, path, message, remedy }) => `\n  line ${line}: ${path}: ${message}; ${remedy}`);
  throw new ExitError(`the settings in ${config} cannot be used:${lines.join("")}`, EXIT.config);
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
    throw new ExitError(`cannot read --classes ${directory}: ${why}`, EXIT.noInput, { cause: error });
  }
}

function readLabels(given: readonly string[]): Readonly<Record<string, string>> {
  const pairs = given.map((text): [string, string] => {
    const equals = text.indexOf("=");
    if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
    throw new ExitError(`--namespace-label ${text} is not k=v; write pilotfish.dev/injection=enabled`, EXIT.usage);
  });
  return Object.fromEntries(pairs);
}

function factsFrom(
  manifests: readonly Manifest[],
  labels: Readonly<Record<string, string>>,
): (name: string) => NamespaceFacts {
  const brought = new Map(manifests.flatMap(({ value }) => namespacesIn(value)).map((one) => [one.name, one]));
  return (name) => brought.get(name) ?? { labels, annotations: {} };
}
