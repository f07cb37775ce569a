// A file of manifests as documents that can be changed: comments, order and layout stay, and what is not changed comes
// out byte for byte. YAML or JSON.

import type { Document } from "yaml";
import { isObject } from "../inject/json.ts";
import { applyPatch, type Patch } from "./apply-patch.ts";
import { readYaml } from "./read-yaml.ts";
import { patchYaml } from "./yaml-patch.ts";

export interface Manifest {
  /** As plain data; never changed. */
  readonly value: unknown;
  /** The text with the patches, all made for `value`. */
  patched(patches: readonly Patch[]): string;
}

export type { Patch } from "./apply-patch.ts";

/** Its message goes on behind the name of the file. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/** Throws ManifestError with the place when the text is neither YAML nor JSON, or a document is not an object. */
export function readManifests(text: string): readonly Manifest[] {
  const json = jsonValue(text);
  if (json !== undefined) return [objectOnly(jsonManifest(text, json), { number: 1, line: 1 })];
  const place = { number: 0, line: 1 };
  return splitDocuments(text).map((part) => {
    const manifest = yamlManifest(part, place.line);
    // What stands in front of the first mark is a document only when it says something.
    if (part.startsWith("---") || manifest.value !== undefined) place.number += 1;
    objectOnly(manifest, place);
    place.line += part.split("\n").length - 1;
    return manifest;
  });
}

interface Place {
  /** Of the document in its file, from 1. */
  readonly number: number;
  readonly line: number;
}

/** An empty document is passed on: kubectl skips it too. */
function objectOnly(manifest: Manifest, { number, line }: Place): Manifest {
  const { value } = manifest;
  if (value === undefined || value === null || isObject(value)) return manifest;
  const what = Array.isArray(value) ? "a list" : "a single value";
  const remedy = "give it Kubernetes objects, each with apiVersion and kind";
  throw new ManifestError(`holds no object in document ${number} (line ${line}) but ${what}; ${remedy}`);
}

function jsonValue(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function jsonManifest(text: string, value: unknown): Manifest {
  const indent = /\n([ \t]+)/.exec(text)?.[1];
  return {
    value,
    patched: (patches) =>
      patches.length === 0
        ? text
        : `${JSON.stringify(applyPatch(value, patches), null, indent)}${text.endsWith("\n") ? "\n" : ""}`,
  };
}

/** `---` at the start of a line is always a document's mark, inside no scalar can it stand there (YAML 1.2.2, 9.1.2). */
function splitDocuments(text: string): readonly string[] {
  return text.split(/^(?=---(?:[ \t\r]|$))/m);
}

function yamlManifest(text: string, firstLine: number): Manifest {
  // Comments and %YAML lines in front of the first mark are no document.
  const isBlank = text.split("\n").every((line) => /^(---)?\s*(#.*|%.*)?\r?$/.test(line));
  if (isBlank) return { value: undefined, patched: () => text };
  const document = readYaml(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const line = firstLine + text.slice(0, error.pos[0]).split("\n").length - 1;
    throw new ManifestError(`is neither YAML nor JSON: line ${line}: ${error.message.split("\n", 1)[0] ?? ""}`);
  }
  const value = plain(document, firstLine);
  return {
    value,
    patched: (patches) => (patches.length === 0 ? text : patchYaml(text, value, patches)),
  };
}

function plain(document: Document, line: number): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ManifestError(
      `is neither YAML nor JSON: line ${line}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
