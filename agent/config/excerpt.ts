// The lines of a config that problems are about, fit for a log: what is or may be a secret is masked, at equal length so
// that columns stay right. Which lines of a broken text belong to what is a guess, so there every value is masked.

import { isSecretKey } from "./secret-key.ts";
import { keysIn, maskAddresses, maskValues, maskWhole } from "./mask-values.ts";
import { textRegions } from "./text-regions.ts";
import { LineIndex } from "./toml/line-index.ts";

/** `string`: inside a multi-line string. `goes on`: may be more of a secret's value. `secret`: in a table of secrets. */
type Belongs = "string" | "goes on" | "secret" | "plain";

const HEADER = /^\s*\[\[?([^\]]*)/;
const BARE_HEADER = /^(\s*\[\[?[ \t]*[\w.-]+[ \t]*\]{0,2})(.*)$/s;
const SECTION = /^\s*\[\[?[ \t]*(?:agent|global_tags|inputs|outputs|processors|aggregators)\b/;
const PAIR =
  /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s{0,9}\.\s{0,9}(?:[\w-]+|"[^"]*"|'[^']*')){0,16})\s{0,99}[=:](?!\s*(?:$|[=,\]}]))/;
/** Only plain names: what base64 ends with looks much the same. */
const UNFINISHED_PAIR = /^\s*([a-z_]+(?:\.[a-z_]+){0,16})\s{0,99}[=:]\s*$/;

export class Excerpts {
  readonly #text: string;
  readonly #lines: LineIndex;
  readonly #isBroken: boolean;
  #belongs: readonly Belongs[] | undefined;
  #last = { number: 0, text: "" };

  /** `isBroken`: the text has syntax errors. */
  constructor(text: string, { isBroken }: { readonly isBroken: boolean }) {
    this.#text = text;
    this.#lines = new LineIndex(text);
    this.#isBroken = isBroken;
  }

  /** 1-based. */
  line(number: number): string {
    // Many problems may be about one long line.
    if (this.#last.number !== number) this.#last = { number, text: this.#masked(number) };
    return this.#last.text;
  }

  /** A message about this line, without what the line may hold of a secret. */
  hideIn(message: string, number: number): string {
    this.#belongs ??= belongings(this.#text, this.#lines, this.#isBroken);
    if (!["string", "goes on"].includes(this.#belongs[number - 1] ?? "")) return message;
    const line = this.#lines.line(number);
    // With and without dots: a message names tables by parts.
    const words = new Set([...line.split(/[\s"'[\]{},=]+/), ...line.split(/[\s"'[\]{},=.]+/)]);
    return [...words].filter((word) => word.length > 2).reduce((text, word) => text.replaceAll(word, "***"), message);
  }

  #masked(number: number): string {
    this.#belongs ??= belongings(this.#text, this.#lines, this.#isBroken);
    const line = this.#lines.line(number);
    const belongs = this.#belongs[number - 1] ?? "plain";
    if (belongs === "string" || belongs === "goes on") return maskWhole(line);
    if (this.#isBroken) return maskBroken(line, belongs === "secret");
    if (belongs === "secret" && !HEADER.test(line)) return maskFrom(line, line.indexOf("=") + 1, true);
    return maskSound(line);
  }
}

function maskFrom(line: string, from: number, isSecret: boolean): string {
  return maskAddresses(line.slice(0, from)) + maskValues(line.slice(from), isSecret);
}

function maskSound(line: string): string {
  const end = secretStart(line);
  if (end !== undefined) return maskFrom(line, end, true);
  return maskAddresses(line).replace(/\b(Bearer|Basic|Token)(\s+)([^\s"']+)/gi, (_, scheme, blank, login: string) =>
    [scheme, blank, maskWhole(login)].join(""),
  );
}

/** Behind the = of the first secret key; undefined: the line has none. */
function secretStart(line: string): number | undefined {
  for (const { key, end } of keysIn(line)) if (isSecretKey(key)) return end;
  return undefined;
}

function maskBroken(line: string, isSecret: boolean): string {
  const [, header, rest = ""] = BARE_HEADER.exec(line) ?? [];
  if (header !== undefined) return header + maskValues(rest, true);
  const start = (PAIR.exec(line) ?? UNFINISHED_PAIR.exec(line))?.[0].length;
  if (start !== undefined)
    return line.slice(0, start) + maskValues(line.slice(start), isSecret || secretStart(line) !== undefined);
  // `interval 10s`: the first word is the key.
  const [key = ""] = /^\s*[a-z_]+\s+(?=\S)/.exec(line) ?? [];
  return key + maskValues(line.slice(key.length), true);
}

/** What each line belongs to, by the lines before it. */
function belongings(text: string, lines: LineIndex, isBroken: boolean): readonly Belongs[] {
  const inString = linesInStrings(text, lines);
  const result: Belongs[] = [];
  let isSecretTable = false;
  let mayGoOn: GoesOn = "no";
  for (let row = 0; row < lines.count; row++) {
    const line = lines.line(row + 1);
    const kind = inString.has(row + 1) ? "string" : kindOf(line, { isBroken, mayGoOn });
    if (kind === "header") isSecretTable = isSecretKey(HEADER.exec(line)?.[1] ?? "");
    if (kind === "string" || kind === "goes on") {
      if (kind === "goes on") mayGoOn = goesOn(line, true);
      result.push(kind);
      continue;
    }
    if (kind !== "blank") mayGoOn = goesOn(line, kind === "pair" && isSecretTable);
    result.push(isSecretTable ? "secret" : "plain");
  }
  return result;
}

type Kind = "blank" | "header" | "pair" | "goes on" | "other";
/** Has the secret of the lines before ended? `must`: it has not even begun. */
type GoesOn = "no" | "may" | "must";

function kindOf(line: string, { isBroken, mayGoOn }: { isBroken: boolean; mayGoOn: GoesOn }): Kind {
  if (/^\s*(?:#|$)/.test(line)) return "blank";
  const isDone = mayGoOn === "no";
  const isHeader = isDone ? BARE_HEADER.test(line) || !isBroken : BARE_HEADER.test(line) && !isBroken;
  if (HEADER.test(line) && (isHeader || SECTION.test(line))) return "header";
  const key = PAIR.exec(line)?.[1] ?? (isDone ? UNFINISHED_PAIR.exec(line)?.[1] : undefined);
  const isSure = isDone || !isBroken || (mayGoOn === "may" && !/["']/.test(key ?? ""));
  if (key !== undefined && isSure) return "pair";
  return !isDone || /^\s*[["'{]/.test(line) ? "goes on" : "other";
}

function goesOn(line: string, isSecretPair: boolean): GoesOn {
  const [word = ""] = /^\s*[\w-]+/.exec(line) ?? [];
  if (/[=:]\s*$/.test(line) || (isSecretKey(word) && word.trim() === line.trim())) return "must";
  return isSecretPair || secretStart(line) !== undefined || isSecretKey(word) ? "may" : "no";
}

/** Those behind the first line of a string that has more than one; without closing quotes, all that follow. */
function linesInStrings(text: string, lines: LineIndex): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { kind, start, end } of textRegions(text)) {
    if (kind !== "string" || !/[\r\n]/.test(text.slice(start, end))) continue;
    const last = lines.position(end).line;
    for (let line = lines.position(start).line + 1; line <= last; line++) found.add(line);
  }
  return found;
}
