// Reads the YAML files of this folder as plain objects, for the tests that hold them together.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

export interface ManifestFile {
  readonly file: string;
  readonly objects: readonly Manifest[];
}

/** Every YAML file of a folder beside this file; what is not an object of Kubernetes is left out. */
export function readManifests(folder: string): ManifestFile[] {
  const path = join(import.meta.dirname, folder);
  return readdirSync(path)
    .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml" && file !== "config.yaml")
    .toSorted()
    .map((file) => ({ file, objects: readYaml(join(folder, file)) as Manifest[] }));
}

/** All documents of one file. Duplicate keys and other damage throw. */
export function readYaml(file: string): unknown[] {
  return parseAllDocuments(readFileSync(join(import.meta.dirname, file), "utf8")).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${file}: ${error.message}`);
    return document.toJS() as unknown;
  });
}
