// The file of a unix socket: clearing the way before, permissions after, removal at the end.

import { chmod, lstat, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Removes what an earlier run left. Upstream removes any file; a file that is no socket is somebody's data.
 * Rejects with ENOENT when the directory is missing, which Node's own `listen` calls a lack of permission.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  await stat(dirname(path));
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error("a file that is not a socket is there");
  await rm(path, { force: true });
}

/** `mode` is octal text, empty: leave it as the umask made it. */
export async function setSocketMode(path: string, mode: string): Promise<void> {
  if (mode !== "") await chmod(path, Number.parseInt(mode, 8));
}

export async function removeSocket(path: string): Promise<void> {
  await rm(path, { force: true });
}

export function isSocketMode(mode: string): boolean {
  return mode === "" || /^[0-7]{1,4}$/.test(mode);
}
