// The agent's command line: Telegraf's flags and sub-commands, and three of our own (marked in FLAGS). Parsing only.

import { parseArgs } from "node:util";
import { nearest } from "./config/near.ts";

/** name -> [takes a value, placeholder, sentence]; the order is that of the help. */
const FLAGS = {
  config: ["FILE", "configuration file (repeatable)"],
  "config-directory": ["DIR", "directory of *.conf files (repeatable)"],
  "watch-config": ["MODE", "reload when a file changes: notify or poll"],
  "watch-interval": ["TIME", "how often --watch-config poll looks (default 1s)"],
  test: ["", "collect once, print the metrics, exit"],
  "test-wait": ["SECONDS", "like --test, but keep listeners running that long"],
  once: ["", "collect once, write to the outputs, exit"],
  "input-filter": ["A:B", "load only these inputs"],
  "output-filter": ["A:B", "load only these outputs"],
  "processor-filter": ["A:B", "load only these processors"],
  "aggregator-filter": ["A:B", "load only these aggregators"],
  "strict-env-handling": ["", "environment variables inside strings only"],
  "non-strict-env-handling": ["", "environment variables anywhere in the text"],
  "old-env-behavior": ["", "as above, and $$ is not an escape"],
  debug: ["", "log debug messages"],
  quiet: ["", "log errors only"],
  pidfile: ["FILE", "write the process id there"],
  "await-outputs": ["", "(ours) start without an output and keep metrics until the config brings one"],
  "shutdown-timeout": ["TIME", "(ours) how long the last flush may take (default 10s)"],
  "log-level": ["LEVEL", "(ours) error, warn, info, debug or trace"],
  version: ["", "print the version"],
  help: ["", "print this text"],
} as const;

type Flag = keyof typeof FLAGS;
const COMMANDS = ["run", "config check", "plugins", "version", "help"] as const;
export type Command = (typeof COMMANDS)[number];

export interface Invocation {
  readonly command: Command;
  readonly flags: Readonly<Partial<Record<Flag, readonly string[]>>>;
}

/** A command line that makes no sense; exit 64. */
export class UsageError extends Error {}

/** `args` without node and script. Throws UsageError. */
export function parseCommandLine(args: readonly string[]): Invocation {
  // Telegraf takes `-config` for `--config`; the image is also started as `pilotfish agent …`.
  const normal = args.map((arg) => (/^-[a-z][a-z-]/.test(arg) ? `-${arg}` : arg));
  if (normal[0] === "agent") normal.shift();
  const options = Object.fromEntries(
    Object.entries(FLAGS).map(([name, [value]]) => [
      name,
      { type: value === "" ? ("boolean" as const) : ("string" as const), multiple: true as const },
    ]),
  );
  const { tokens } = parseArgs({ args: normal, options, strict: false, allowPositionals: true, tokens: true });
  const flags: Partial<Record<Flag, string[]>> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const name = knownFlag(token.name);
    if (FLAGS[name][0] !== "" && token.value === undefined) {
      throw new UsageError(`--${name} needs a value: --${name} ${FLAGS[name][0]}`);
    }
    (flags[name] ??= []).push(token.value ?? "true");
  }
  return { command: commandOf(words, flags), flags };
}

function knownFlag(name: string): Flag {
  if (Object.hasOwn(FLAGS, name)) return name as Flag;
  const near = nearest(name, Object.keys(FLAGS)).map((flag) => `--${flag}`);
  throw new UsageError(`unknown flag --${name}${near.length > 0 ? `; did you mean ${near.join(" or ")}?` : ""}`);
}

function commandOf(words: readonly string[], flags: Invocation["flags"]): Command {
  if (flags.help !== undefined) return "help";
  if (flags.version !== undefined) return "version";
  if (words.length === 0) return "run";
  const wanted = words.join(" ");
  const found = COMMANDS.find((command) => command === wanted);
  if (found !== undefined) return found;
  const near = nearest(wanted, COMMANDS);
  throw new UsageError(`unknown command "${wanted}"; ${near.length > 0 ? `did you mean "${near[0]}"?` : "see --help"}`);
}

export function helpText(): string {
  const lines = Object.entries(FLAGS).map(([name, [value, text]]) => `  ${`--${name} ${value}`.padEnd(28)} ${text}`);
  return [
    "pilotfish agent: reads Telegraf's configuration, collects and listens, and writes what Telegraf would write.",
    "",
    "Usage: pilotfish agent [flags]                       run",
    "       pilotfish agent config check --config FILE    load and check, do not run",
    "       pilotfish agent plugins                       list the plugins",
    "",
    "Flags:",
    ...lines,
    "",
    "Without --config: $TELEGRAF_CONFIG_PATH, ~/.telegraf/telegraf.conf, /etc/telegraf/telegraf.conf; without any of",
    "them the agent listens on 8125 (StatsD), 8092 and 8094 (line protocol) and prints what arrives.",
    "",
  ].join("\n");
}
