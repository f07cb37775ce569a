// Replaces environment variables in a config's text before it is parsed, and keeps the way back from every place of the
// new text to the file. Comments are left alone. Source: telegraf config/envvar.go, non-strict handling.

import type { DocumentProblem } from "./document-problem.ts";
import { LineIndex } from "./toml/line-index.ts";
import type { Position } from "./toml/value.ts";
import { textRegions } from "./text-regions.ts";
import { applyExpansions, findExpansions, type Environment, type Expansion } from "./variables.ts";

export interface TextSettings {
  readonly env: Environment;
  /** `bare`: only outside of quotes, and only values that cannot become structure. */
  readonly region: "all" | "bare";
  readonly keepDoubleDollar: boolean;
}

export interface SubstitutedText {
  readonly text: string;
  readonly problems: readonly DocumentProblem[];
  /** What was put in, without empty ones. */
  readonly values: readonly string[];
  readonly unset: readonly { readonly name: string; readonly at: Position }[];
  /** From an offset in `text` to the place in the file. */
  readonly place: (offset: number) => Position;
}

export function substituteText(text: string, settings: TextSettings): SubstitutedText {
  const lines = new LineIndex(text);
  const problems: DocumentProblem[] = [];
  const unset: { name: string; at: Position }[] = [];
  const found = expansionsInRegions(text, settings, {
    onUnset: (name, offset) => unset.push({ name, at: lines.position(offset) }),
    onRequired: (name, message, offset) =>
      problems.push({
        severity: "error",
        at: lines.position(offset),
        message: `the environment variable ${name} is required${message === "" ? "" : `: ${message}`}`,
        remedy: `set ${name}`,
      }),
  });
  const isGuarded = settings.region === "bare";
  const expansions = isGuarded ? found.filter(({ text }) => isHarmless(text)) : found;
  for (const { start, text } of isGuarded ? found : [])
    if (!isHarmless(text)) problems.push(refusal(lines.position(start)));
  const first = expansions[0];
  if (isGuarded && first !== undefined) problems.push(fallbackWarning(lines.position(first.start)));
  const original = originalOffsets(expansions);
  return {
    text: applyExpansions(text, expansions),
    problems,
    unset,
    values: [...new Set(expansions.map((expansion) => expansion.text))].filter(
      (value) => value !== "" && value !== "$",
    ),
    place: (offset) => lines.position(original(offset)),
  };
}

interface Events {
  readonly onUnset: (name: string, offset: number) => void;
  readonly onRequired: (name: string, message: string, offset: number) => void;
}

/** Variables are looked for over the whole text, because a default may contain quotes; those inside comments are dropped. */
function expansionsInRegions(text: string, settings: TextSettings, events: Events): Expansion[] {
  const found: Expansion[] = [];
  for (const piece of pieces(text, settings.region)) {
    const shifted = findExpansions(text.slice(piece.start, piece.end), {
      env: settings.env,
      keepDoubleDollar: settings.keepDoubleDollar,
      onUnset: (name, offset) => events.onUnset(name, piece.start + offset),
      onRequired: (name, message, offset) => events.onRequired(name, message, piece.start + offset),
    });
    for (const { start, end, text: value } of shifted)
      found.push({ start: piece.start + start, end: piece.start + end, text: value });
  }
  return found;
}

/** Bare regions one by one; or everything between two comments as one piece. */
function pieces(text: string, region: "all" | "bare"): { start: number; end: number }[] {
  const result: { start: number; end: number }[] = [];
  for (const { kind, start, end } of textRegions(text)) {
    const last = result.at(-1);
    if (kind === "comment" || (region === "bare" && kind === "string")) continue;
    if (region === "all" && last !== undefined && last.end === start) last.end = end;
    else result.push({ start, end });
  }
  return result;
}

function isHarmless(value: string): boolean {
  return !/["'[\r\n]/.test(value);
}

function refusal(at: Position): DocumentProblem {
  return {
    severity: "warning",
    at,
    message: "the variable is not replaced: outside of quotes its value may not contain quotes, [ or line ends",
    remedy: "put the variable in quotes, or start with --non-strict-env-handling",
  };
}

function fallbackWarning(at: Position): DocumentProblem {
  return {
    severity: "warning",
    at,
    message: "a variable outside of quotes is replaced in the text before it is read",
    remedy: "put variables in quotes where the option takes a string; Telegraf needs --non-strict-env-handling for it",
  };
}

/** From an offset in the new text to one in the file; inside of a replacement it is the start of the variable. */
function originalOffsets(expansions: readonly Expansion[]): (offset: number) => number {
  let shift = 0;
  const moved = expansions.map(({ start, end, text }) => {
    const from = start + shift;
    shift += text.length - (end - start);
    return { start, end, from, to: from + text.length };
  });
  return (offset) => {
    let low = 0;
    let high = moved.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((moved[middle] as { from: number }).from <= offset) low = middle + 1;
      else high = middle;
    }
    const before = moved[low - 1];
    if (before === undefined) return offset;
    return offset < before.to ? before.start : before.end + offset - before.to;
  };
}
