// Config files and directories to texts. Of a directory, recursively, every file whose name ends in ".conf"; directories
// whose name starts with ".." are skipped, because Kubernetes keeps each projected file a second time in `..data`.
// Source: telegraf config/config.go (LoadAll, WalkDirectory, loadConfig).

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ConfigProblem, ConfigSource } from "./config.ts";
import { decodeConfig } from "./decode-config.ts";

export interface ConfigFiles {
  readonly configs: readonly string[];
  readonly directories: readonly string[];
  /** A path that does not exist is only a warning: a projected volume may be filled later. */
  readonly tolerateMissing?: boolean;
}

export interface ReadFiles {
  /** In order: the configs, then each directory, its files sorted by path. */
  readonly sources: readonly ConfigSource[];
  readonly problems: readonly ConfigProblem[];
}

export async function readConfigFiles({
  configs,
  directories,
  tolerateMissing = false,
}: ConfigFiles): Promise<ReadFiles> {
  const sources: ConfigSource[] = [];
  const problems: ConfigProblem[] = [];
  for (const path of configs) {
    const missing = tolerateMissing ? "warning" : "error";
    await readInto(path, { sources, problems, severity: "error", missing });
  }
  for (const directory of directories) {
    const paths = await listDirectory(directory, { problems, missing: tolerateMissing ? "warning" : "error" });
    for (const path of paths) await readInto(path, { sources, problems, severity: "warning", missing: "warning" });
  }
  return { sources, problems };
}

type Severity = ConfigProblem["severity"];

interface ReadInto {
  readonly sources: ConfigSource[];
  readonly problems: ConfigProblem[];
  /** Of a file that is there and cannot be read. */
  readonly severity: Severity;
  readonly missing: Severity;
}

async function readInto(path: string, { sources, problems, severity, missing }: ReadInto): Promise<void> {
  if (/^https?:\/\//i.test(path)) {
    problems.push(problem("error", path, "a config from a URL is not supported yet", "give a file or a directory"));
    return;
  }
  try {
    const text = decodeConfig(await readFile(path));
    if (text !== undefined) sources.push({ name: path, text });
    else problems.push(problem("error", path, "the file is binary, no config", "give a text file in UTF-8"));
  } catch (error) {
    problems.push(unreadable(path, error, isMissing(error) ? missing : severity));
  }
}

/** All config files below a directory, sorted. Symbolic links are followed, each real directory is read once. */
async function listDirectory(
  top: string,
  { problems, missing }: { problems: ConfigProblem[]; missing: Severity },
): Promise<string[]> {
  const paths: string[] = [];
  const seen = new Set<string>();
  const walk = async (directory: string, isTop: boolean): Promise<void> => {
    try {
      const { dev, ino } = await stat(directory);
      if (seen.has(`${dev}:${ino}`)) return;
      seen.add(`${dev}:${ino}`);
      for (const name of (await readdir(directory)).toSorted()) await visit(join(directory, name), name);
    } catch (error) {
      const severity = isTop ? "error" : "warning";
      problems.push(unreadable(directory, error, isTop && isMissing(error) ? missing : severity));
    }
  };
  const visit = async (path: string, name: string): Promise<void> => {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      if (!name.startsWith("..")) await walk(path, false);
    } else if (name.endsWith(".conf")) paths.push(path);
  };
  await walk(top, true);
  return paths;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function unreadable(path: string, error: unknown, severity: Severity): ConfigProblem {
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = isMissing(error) ? "check the path" : "check the permissions of the file and its directories";
  return problem(severity, path, `cannot be read: ${reason}`, remedy);
}

function problem(severity: Severity, source: string, message: string, remedy: string): ConfigProblem {
  return { severity, source, line: 1, column: 1, where: "", message, remedy, excerpt: "" };
}
