// Problems as text for a terminal or a log: place, message, the line with a caret under the column, and what to do.

import type { ConfigProblem } from "./config.ts";

const WIDEST = 100;

/** Several lines, without a line end behind the last. */
export function formatProblem(problem: ConfigProblem): string {
  const { source, line, column, severity, where, message, remedy, excerpt } = problem;
  const prefix = where === "" ? "" : `[${where}] `;
  const lines = [`${source}:${line}:${column}: ${severity}: ${prefix}${message}`];
  if (excerpt.trim() !== "") lines.push(...pointAt(excerpt, column));
  if (remedy !== "") lines.push(`  remedy: ${remedy}`);
  return lines.join("\n");
}

/** All problems and a line that counts them; empty for none. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  if (problems.length === 0) return "";
  return [...problems.map(formatProblem), summary(problems)].join("\n");
}

function summary(problems: readonly ConfigProblem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const sources = new Set(problems.map((problem) => problem.source)).size;
  return `${count(errors, "error")}, ${count(problems.length - errors, "warning")} in ${count(sources, "source")}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** The line and the caret. Of a long line only the part around the column is shown; a tab takes one place. */
function pointAt(excerpt: string, column: number): [string, string] {
  // oxlint-disable-next-line no-control-regex
  const characters = Array.from(excerpt.replaceAll(/[\0-\x1f\x7f-\x9f]/g, " "));
  const at = Math.min(column - 1, characters.length);
  const from = characters.length <= WIDEST ? 0 : Math.max(0, Math.min(at - WIDEST / 2, characters.length - WIDEST));
  const to = from + WIDEST;
  const before = from > 0 ? "…" : "";
  const after = to < characters.length ? "…" : "";
  const shown = before + characters.slice(from, to).join("") + after;
  return [`  ${shown}`, `  ${" ".repeat(before.length + at - from)}^`];
}
