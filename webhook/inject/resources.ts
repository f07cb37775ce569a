// The agent's requests and limits: defaults, what the annotations change, and never a request above its limit (the API
// server would deny the whole pod).

import type { Resources } from "../settings/settings.ts";
import { nameOf, type Ask, type Asked } from "./asked.ts";
import type { JsonObject } from "./json.ts";
import type { Notes } from "./notes.ts";
import { parseQuantity } from "./quantity.ts";
import { quote } from "./warning-text.ts";

export function resourcesFor(asked: Asked, defaults: Resources, notes: Notes): JsonObject {
  const cpu = pair(
    wanted(asked.getEvenEmpty("cpuRequest"), defaults.cpuRequest, notes),
    wanted(asked.getEvenEmpty("cpuLimit"), defaults.cpuLimit, notes),
    notes,
  );
  const memory = pair(
    wanted(asked.getEvenEmpty("memoryRequest"), defaults.memoryRequest, notes),
    wanted(asked.getEvenEmpty("memoryLimit"), defaults.memoryLimit, notes),
    notes,
  );
  const requests = entries(cpu.request, memory.request);
  const limits = entries(cpu.limit, memory.limit);
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

interface Wanted {
  /** Empty: no entry. */
  readonly text: string;
  /** Who asked; undefined: it is the default. */
  readonly ask: Ask | undefined;
}

function wanted(ask: Ask | undefined, fallback: string, notes: Notes): Wanted {
  const text = ask?.value.trim();
  if (ask === undefined || text === undefined) return { text: fallback, ask: undefined };
  if (text === "" || parseQuantity(text) !== undefined) return { text, ask };
  const instead = fallback === "" ? "no value" : fallback;
  notes.warn(
    `${nameOf(ask)}: ${quote(text, 20)} is not a quantity`,
    `used ${instead}; write for instance 100m or 50Mi`,
  );
  return { text: fallback, ask: undefined };
}

/** Where the two disagree, the one that was asked for moves the default; if both were asked for, the limit counts. */
function pair(request: Wanted, limit: Wanted, notes: Notes): { readonly request: string; readonly limit: string } {
  const as = { request: request.text, limit: limit.text };
  if (as.request === "" || as.limit === "") return as;
  if ((parseQuantity(as.request) ?? 0) <= (parseQuantity(as.limit) ?? 0)) return as;
  if (request.ask !== undefined && limit.ask === undefined) return { ...as, limit: as.request };
  if (request.ask !== undefined) {
    notes.warn(`${nameOf(request.ask)}: ${as.request} is above the limit`, `used ${as.limit} for both`);
  }
  return { ...as, request: as.limit };
}

function entries(cpu: string, memory: string): JsonObject | undefined {
  if (cpu === "" && memory === "") return undefined;
  return { ...(cpu !== "" && { cpu }), ...(memory !== "" && { memory }) };
}
