// What `pilotfish inject` reads: several files, or standard input, as one stream of documents in the order given.

import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer as readAll } from "node:stream/consumers";
import { EXIT, ExitError } from "../exit-codes.ts";
import { ManifestError, readManifests, type Manifest } from "./manifest.ts";

export interface Input {
  readonly manifests: readonly Manifest[];
  /** What has to stand in front of it, so that it goes on where the input before it ended. */
  readonly mark: string;
}

/** Each of `files` is a path, or `-` for standard input. Throws ExitError, naming the file. */
export async function readInputs(files: readonly string[], stdin: Readable): Promise<readonly Input[]> {
  if (files.filter((file) => file === "-").length > 1) {
    throw new ExitError("-f - is given twice; standard input can be read once", EXIT.usage);
  }
  const inputs: Input[] = [];
  let before = "";
  for (const file of files) {
    const bytes = file === "-" ? await readAll(stdin) : await readBytes(file, "-f");
    const text = textOf(bytes, { name: file, exitCode: EXIT.data });
    const joined = before === "" ? text : text.replace(/^\uFEFF/, "");
    inputs.push({ manifests: manifestsOf(joined, file), mark: markBetween(before, joined) });
    before = joined === "" ? before : joined;
  }
  const values = inputs.flatMap(({ manifests }) => manifests.map(({ value }) => value));
  if (values.some((value) => value !== undefined && value !== null)) return inputs;
  const which = files.length === 1 ? `${files[0]} holds` : `${files.join(", ")} hold`;
  throw new ExitError(`${which} no object; give it Kubernetes manifests in YAML or JSON`, EXIT.data);
}

export async function readBytes(file: string, option: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ExitError(`cannot read ${option} ${file}: ${why}`, EXIT.noInput, { cause: error });
  }
}

/** Not with U+FFFD in place of what nobody wrote. */
export function textOf(bytes: Buffer, { name, exitCode }: { name: string; exitCode: number }): string {
  if (isUtf8(bytes)) return bytes.toString();
  throw new ExitError(`${name} is not UTF-8 text; convert it, for example with iconv -t UTF-8`, exitCode);
}

function manifestsOf(text: string, file: string): readonly Manifest[] {
  try {
    return readManifests(text);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new ExitError(`${file} ${error.message}`, EXIT.data, { cause: error });
  }
}

function markBetween(before: string, text: string): string {
  if (before === "" || text === "") return "";
  const end = before.endsWith("\n") ? "" : "\n";
  const start = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*(---(?=\s|$)|%)?/.exec(text)?.[1];
  // A directive may only stand behind the mark of an end (YAML 1.2.2, 9.2).
  if (start === "%") return `${end}...\n`;
  return start === undefined ? `${end}---\n` : end;
}
