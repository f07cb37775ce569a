// A store in a directory: one file, mode 0600, replaced by atomic rename, so a crash leaves the old one or the new one.
// Several processes of one machine may share it: a lock file held while comparing and renaming makes `save` exclusive.

import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CertificateStore, Entries, Stored } from "./store.ts";

const FILE = "certificates.json";
/** Writing takes milliseconds; a lock this old was left by a process that died. */
const STALE_LOCK_MS = 30_000;

export class FileStore implements CertificateStore {
  readonly place: string;
  readonly #directory: string;
  readonly #path: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, FILE);
    this.place = `file ${this.#path}`;
  }

  async load(): Promise<Stored | undefined> {
    const text = await readIfThere(this.#path);
    if (text === undefined) return undefined;
    const version = createHash("sha256").update(text).digest("hex");
    const entries = parseEntries(text);
    if (typeof entries === "string") return { version, damage: entries };
    return { version, entries };
  }

  async save(entries: Entries, expected: string | undefined): Promise<"saved" | "conflict"> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const lock = `${this.#path}.lock`;
    if (!(await takeLock(lock))) return "conflict";
    try {
      const stored = await this.load();
      if (stored?.version !== expected) return "conflict";
      await replaceFile(this.#path, JSON.stringify(entries, null, 2) + "\n");
      return "saved";
    } finally {
      await rm(lock, { force: true });
    }
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw new Error(`cannot read the certificates in ${path}: make the file readable for this user`, { cause: error });
  }
}

function parseEntries(text: string): Entries | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `it is not JSON (${text.length} characters, half-written or edited)`;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is not a JSON object";
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry !== "string") return `its entry "${name}" is not a text`;
  }
  return value as Entries;
}

/** Written beside the target and flushed before the rename: after a power cut the file is whole, old or new. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

async function takeLock(path: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const lock = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      await lock.close();
      return true;
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age < STALE_LOCK_MS) return false;
    await rm(path, { force: true });
  }
  return false;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
