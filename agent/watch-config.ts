// --watch-config: notices that the config's text changed. Compares contents, not file times, because Kubernetes replaces
// mounted files through symbolic links, and editors write a file more than once.

import type { Clock, Timer } from "./core/clock.ts";
import { watchDirectory } from "./watch-directory.ts";

export interface WatchSettings {
  readonly mode: "poll" | "notify";
  /** Between two looks: at the config, or in mode `notify` for a directory that is gone. */
  readonly intervalMs: number;
  /** Directories to listen to in mode `notify`; they may come and go. */
  readonly directories: readonly string[];
  /** The config's present text, all sources. */
  readonly read: () => Promise<string>;
  readonly clock: Clock;
}

const DEBOUNCE_MS = 250;

/** Calls `onChange` when the text differs from what it was at the call before. Returns the function that stops it. */
export function watchConfig(settings: WatchSettings, initial: string, onChange: () => Promise<void>): () => void {
  const { clock, intervalMs, mode } = settings;
  let known = initial;
  let timer: Timer | undefined;
  let stopped = false;
  const endings: (() => void)[] = [];

  const look = async () => {
    const text = await settings.read();
    if (stopped || text === known) return;
    known = text;
    await onChange();
  };
  const schedule = (delayMs: number) => {
    timer?.cancel();
    timer = clock.after(delayMs, () => {
      void look().finally(() => {
        if (!stopped && mode === "poll") schedule(intervalMs);
      });
    });
  };

  if (mode === "poll") schedule(intervalMs);
  else {
    const events = { onChange: () => schedule(DEBOUNCE_MS), onReturn: () => schedule(0) };
    for (const directory of new Set(settings.directories)) {
      endings.push(watchDirectory(directory, { clock, retryMs: intervalMs }, events));
    }
  }
  return () => {
    stopped = true;
    timer?.cancel();
    for (const end of endings) end();
  };
}
