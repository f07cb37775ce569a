// Notices that something happened in a directory, also in one that is removed and made anew (a volume that is mounted
// again, an editor that replaces a folder): a watcher sees only the directory that it was opened on.

import { existsSync, watch, type FSWatcher } from "node:fs";
import { basename, resolve } from "node:path";
import type { Clock, Timer } from "./core/clock.ts";

export interface DirectoryEvents {
  readonly onChange: () => void;
  /** The directory is there again; what happened in it until now was not seen. */
  readonly onReturn: () => void;
}

/** Looks every `retryMs` for a directory that is not there. Returns the function that ends it. */
export function watchDirectory(
  directory: string,
  { clock, retryMs }: { readonly clock: Clock; readonly retryMs: number },
  { onChange, onReturn }: DirectoryEvents,
): () => void {
  const path = resolve(directory);
  let watcher: FSWatcher | undefined;
  let retry: Timer | undefined;

  const open = (): boolean => {
    try {
      watcher = watch(path, (event, name) => {
        onChange();
        // Its own end is reported under its own name.
        if (event === "rename" && (name === basename(path) || !existsSync(path))) reopen();
      });
    } catch {
      retry = clock.after(retryMs, reopen);
      return false;
    }
    watcher.on("error", reopen);
    return true;
  };
  const reopen = () => {
    watcher?.close();
    retry?.cancel();
    if (open()) onReturn();
  };

  open();
  return () => {
    retry?.cancel();
    watcher?.close();
  };
}
