// The annotations with one plain value each: class, image, interval, sidecar, listen, log-level, tags.

import { parseGoDuration } from "../../agent/config/duration.ts";
import type { Defaults, Sidecar } from "../settings/settings.ts";
import { nameOf, type Ask, type Asked } from "./asked.ts";
import type { AnnotationName } from "./contract.ts";
import type { LogLevel } from "./container.ts";
import type { Listen } from "./listeners.ts";
import type { Notes } from "./notes.ts";
import { quote } from "./warning-text.ts";

export interface Choices {
  readonly image: string;
  readonly interval: string;
  readonly sidecar: Sidecar;
  readonly listen: Listen;
  readonly logLevel: LogLevel;
  readonly tags: ReadonlyMap<string, string>;
}

export function readChoices(asked: Asked, defaults: Defaults, notes: Notes): Choices {
  return {
    image: image(asked.get("image"), defaults.image, notes),
    interval: interval(asked.get("interval"), defaults.interval, notes),
    sidecar: oneOf(asked, "sidecar", { of: ["auto", "native", "classic"], fallback: defaults.sidecar }, notes),
    listen: oneOf(asked, "listen", { of: ["loopback", "pod"], fallback: "loopback" }, notes),
    logLevel: oneOf(asked, "logLevel", { of: ["debug", "info", "error"], fallback: "info" }, notes),
    tags: new Map([...defaults.tags, ...tags(asked.get("tags"), notes)]),
  };
}

function oneOf<C extends string>(
  asked: Asked,
  name: AnnotationName,
  choice: { readonly of: readonly C[]; readonly fallback: C },
  notes: Notes,
): C {
  const ask = asked.get(name);
  if (ask === undefined) return choice.fallback;
  const found = choice.of.find((one) => one === ask.value.trim().toLowerCase());
  if (found !== undefined) return found;
  notes.refuse("invalid_annotation", `${nameOf(ask)}: ${quote(ask.value)} is unknown`, `use ${choice.of.join(", ")}`);
  return choice.fallback;
}

function image(ask: Ask | undefined, fallback: string, notes: Notes): string {
  const name = ask?.value.trim();
  if (ask === undefined || name === undefined) return fallback;
  if (isImage(name)) return name;
  notes.refuse("invalid_annotation", `${nameOf(ask)}: ${quote(name)} is not an image`, "write registry/name:tag");
  return fallback;
}

export function isImage(name: string): boolean {
  return /^[A-Za-z0-9][-A-Za-z0-9._:/@]{0,1023}$/.test(name);
}

function interval(ask: Ask | undefined, fallback: string, notes: Notes): string {
  const text = ask?.value.trim();
  if (ask === undefined || text === undefined) return fallback;
  if (isInterval(text)) return text;
  notes.refuse("invalid_annotation", `${nameOf(ask)}: ${quote(text)} is not a duration above 0`, "write 10s or 1m30s");
  return fallback;
}

export function isInterval(text: string): boolean {
  return (parseGoDuration(text) ?? 0) > 0;
}

function tags(ask: Ask | undefined, notes: Notes): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of ask?.value.split(",") ?? []) {
    const text = part.trim();
    const equals = text.indexOf("=");
    if (text === "") continue;
    if (equals > 0) found.set(text.slice(0, equals).trim(), text.slice(equals + 1).trim());
    else if (ask !== undefined) {
      notes.refuse(
        "invalid_annotation",
        `${nameOf(ask)}: ${quote(text)} is not key=value`,
        "write team=shop, tier=web",
      );
    }
  }
  return found;
}
