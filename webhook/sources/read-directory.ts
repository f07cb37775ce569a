// The files of a directory as one generation, name -> text. Mounted ConfigMaps and Secrets are swapped by one symbolic
// link, `..data` (kubelet's atomic writer): it is resolved once, so that old and new never mix.

import { createHash } from "node:crypto";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

/** A class or a settings file is a few kilobytes; this is a file that was put there by mistake. */
const LARGEST_BYTES = 4 * 2 ** 20;

/** Names that begin with a dot are left out: Kubernetes' own links, and the swap files of editors. */
export async function readDirectory(directory: string): Promise<ReadonlyMap<string, string>> {
  const root = await generation(directory);
  const files = new Map<string, string>();
  for (const name of (await readdir(root)).toSorted()) {
    if (name.startsWith(".")) continue;
    const path = join(root, name);
    const found = await stat(path);
    if (!found.isFile()) continue;
    if (found.size > LARGEST_BYTES)
      throw new Error(`${path} has ${found.size} bytes, more than ${LARGEST_BYTES}: remove it`);
    files.set(name, await readFile(path, "utf8"));
  }
  return files;
}

/** Changes when a file does. Cheap enough for every two seconds: it looks, it does not read. */
export async function directoryStamp(directory: string): Promise<string> {
  const root = await generation(directory);
  const parts = [root];
  for (const name of (await readdir(root)).toSorted()) {
    if (!name.startsWith(".")) parts.push(name, await fileStamp(join(root, name)));
  }
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}

export async function fileStamp(path: string): Promise<string> {
  const found = await stat(path, { bigint: true });
  return `${await realpath(path)}:${found.ino}:${found.mtimeNs}:${found.size}`;
}

async function generation(directory: string): Promise<string> {
  return realpath(join(directory, "..data")).catch(() => directory);
}
