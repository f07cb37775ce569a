// The variable syntax of Telegraf configs: $VAR, ${VAR}, ${VAR:-default} and its relatives, $$. It finds what to replace
// and by what; where that may happen is environment.ts. Source: compose-spec/compose-go template, telegraf config/envvar.go.

export type Environment = Readonly<Record<string, string | undefined>>;

/** A piece of a text and what stands there instead. */
export interface Expansion {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface VariableSettings {
  readonly env: Environment;
  /** `--old-env-behavior`: `$$` is no escape. */
  readonly keepDoubleDollar?: boolean;
  /** A variable without a value and without a default stays as it is written. */
  readonly onUnset: (name: string, offset: number) => void;
  /** `${NAME:?message}` without a value. */
  readonly onRequired: (name: string, message: string, offset: number) => void;
}

const BARE = /[A-Za-z_][A-Za-z0-9_]*/y;
const BRACED = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?)([-+?])(.*))?$/s;
/** Defaults within defaults: deeper ones stay as they are. */
const DEEPEST = 16;

/** All expansions in reading order. Invalid forms such as `${1}` or `$(x)` are none: they stay. */
export function findExpansions(text: string, settings: VariableSettings, depth = 0): Expansion[] {
  const found: Expansion[] = [];
  const closings = closingBraces(text);
  let at = text.indexOf("$");
  while (at >= 0) {
    const expansion = expansionAt(text, at, { settings, depth, closing: closings.get(at) });
    if (expansion.text !== undefined) found.push({ start: at, end: expansion.end, text: expansion.text });
    at = text.indexOf("$", expansion.end);
  }
  return found;
}

export function applyExpansions(text: string, expansions: readonly Expansion[]): string {
  let result = "";
  let from = 0;
  for (const { start, end, text: replacement } of expansions) {
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}

interface Place {
  readonly settings: VariableSettings;
  readonly depth: number;
  readonly closing: number | undefined;
}

/** What stands at a `$`; without `text` it stays as written, and reading goes on at `end`. */
function expansionAt(text: string, at: number, place: Place): { end: number; text?: string } {
  const { settings } = place;
  if (text[at + 1] === "$") return settings.keepDoubleDollar ? { end: at + 1 } : { end: at + 2, text: "$" };
  if (text[at + 1] === "{") return bracedAt(text, at, place);
  BARE.lastIndex = at + 1;
  const name = BARE.exec(text)?.[0];
  if (name === undefined) return { end: at + 1 };
  return { end: at + 1 + name.length, ...plain(name, at, settings) };
}

function bracedAt(text: string, at: number, { settings, depth, closing }: Place): { end: number; text?: string } {
  const body = closing === undefined ? "" : text.slice(at + 2, closing);
  const parts = /[\r\n]/.test(body) ? null : BRACED.exec(body);
  if (parts === null || closing === undefined || depth > DEEPEST) return { end: at + 1 };
  const [, name, colon, operator, argument] = parts as unknown as [string, string, ...(string | undefined)[]];
  const end = closing + 1;
  if (operator === undefined) return { end, ...plain(name, at, settings) };
  const value = lookUp(settings.env, name);
  const isThere = value !== undefined && (colon === "" || value !== "");
  const inner = () => {
    const nested = { ...settings, onUnset: (n: string) => settings.onUnset(n, at) };
    return applyExpansions(argument ?? "", findExpansions(argument ?? "", nested, depth + 1));
  };
  if (operator === "-") return { end, text: isThere ? value : inner() };
  if (operator === "+") return { end, text: isThere ? inner() : "" };
  if (isThere) return { end, text: value };
  settings.onRequired(name, inner(), at);
  return { end };
}

function plain(name: string, at: number, settings: VariableSettings): { text?: string } {
  const value = lookUp(settings.env, name);
  if (value !== undefined) return { text: value };
  settings.onUnset(name, at);
  return {};
}

function lookUp(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

/** Offset of each `${` to that of its `}`. One pass, so that a text full of openings costs no more than another. */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const result = new Map<number, number>();
  const open: number[] = [];
  for (const { index, 0: token } of text.matchAll(/\$\{|\}/g)) {
    if (token === "${") open.push(index);
    else {
      const opening = open.pop();
      if (opening !== undefined) result.set(opening, index);
    }
  }
  return result;
}
