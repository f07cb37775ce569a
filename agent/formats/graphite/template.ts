// Templates that turn a dotted name into measurement, field and tags. Shared by the graphite format and by inputs.statsd.
// Follows Telegraf's internal/templating (engine, matcher, node, template); differences: what would crash there per line
// (`measurement*` together with `field*`, a tag without `=`) is an error here when the template is read.

export interface TemplateResult {
  readonly name: string;
  /** Empty: the template names no field. */
  readonly field: string;
  readonly tags: ReadonlyMap<string, string>;
}

interface Template {
  readonly separator: string;
  readonly words: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

interface Entry extends Template {
  readonly filter: string;
  /** The template as it was written, without filter and tags. */
  readonly pattern: string;
}

interface Node {
  readonly children: Map<string, Node>;
  template?: Template;
}

const DEFAULT_SEPARATOR = ".";

export class TemplateEngine {
  readonly #joiner: string;
  readonly #root: Node = { children: new Map() };
  #separator = "";
  #default: Template = { separator: DEFAULT_SEPARATOR, words: ["measurement*"], tags: new Map() };

  /** Throws an Error that names the entry. `joiner` goes between the parts of a name, a field or a tag. */
  constructor(entries: readonly string[], joiner: string) {
    this.#joiner = joiner;
    const read = entries.filter((text) => text.trim() !== "").map(readEntry);
    for (const entry of read.toSorted(compareEntries)) this.#insert(entry);
  }

  apply(name: string): TemplateResult {
    const template = search(this.#root, name.split(this.#separator), 0) ?? this.#default;
    return applyTemplate(template, name, this.#joiner);
  }

  #insert(entry: Entry): void {
    // One tree, one separator: that of the entry inserted last. Mixed separators are unreliable upstream as well.
    this.#separator = entry.separator;
    if (entry.filter === "") {
      this.#default = entry;
      return;
    }
    let node = this.#root;
    for (const part of entry.filter.split(entry.separator)) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = { children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.template = entry;
  }
}

/** [SEPARATOR] [FILTER] TEMPLATE [TAGS], told apart by their number and by a `=` in the last. */
function readEntry(text: string): Entry {
  const parts = text.trim().split(/\s+/);
  const last = parts.at(-1) ?? "";
  const hasTags = parts.length > 1 && (parts.length === 4 || last.includes("="));
  const front = hasTags ? parts.slice(0, -1) : parts;
  const [separator = DEFAULT_SEPARATOR, filter = "", pattern = ""] =
    front.length === 3 ? front : front.length === 2 ? [undefined, ...front] : [undefined, "", ...front];
  if (front.length > 3) {
    throw new Error(`template "${text}" has too many parts; write: [separator] [filter] template [tag=value,…]`);
  }
  const words = pattern.split(separator);
  if (!words.some((word) => word.startsWith("measurement")))
    throw new Error(`no measurement specified for template "${text}"; name one part "measurement"`);
  if (words.includes("measurement*") && words.includes("field*"))
    throw new Error(`template "${text}" has measurement* and field*; only one of them can take all parts that follow`);
  return { separator, filter, pattern, words, tags: hasTags ? readTags(last, text) : new Map() };
}

function readTags(list: string, entry: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const pair of list.split(",")) {
    const [key = "", value] = pair.split("=");
    if (value === undefined)
      throw new Error(`template "${entry}" has the tag "${pair}" without a value; write key=value`);
    tags.set(key, value);
  }
  return tags;
}

/** Without a filter first, then by the number of separators. */
function compareEntries(a: Entry, b: Entry): number {
  if ((a.filter === "") !== (b.filter === "")) return a.filter === "" ? -1 : 1;
  return a.words.length - b.words.length;
}

/** The exact child first, `*` when that leads nowhere; without either, the template of this node. */
function search(node: Node, parts: readonly string[], at: number): Template | undefined {
  const part = parts[at];
  if (part === undefined || node.children.size === 0) return node.template;
  const exact = part === "*" ? undefined : node.children.get(part);
  const found = exact === undefined ? undefined : search(exact, parts, at + 1);
  if (found !== undefined) return found;
  const any = node.children.get("*");
  return any === undefined ? node.template : search(any, parts, at + 1);
}

function applyTemplate(template: Template, name: string, joiner: string): TemplateResult {
  const parts = name.split(template.separator);
  const measurement: string[] = [];
  const field: string[] = [];
  const tags = new Map(template.tags);
  for (const [at, word] of template.words.entries()) {
    const part = parts[at];
    if (part === undefined) break;
    if (word === "") continue;
    if (word === "measurement") measurement.push(part);
    else if (word === "measurement*") measurement.push(parts.slice(at).join(joiner));
    else if (word === "field") field.push(part);
    else if (word === "field*") field.push(parts.slice(at).join(joiner));
    else tags.set(word, tags.has(word) ? `${tags.get(word)}${joiner}${part}` : part);
  }
  return { name: measurement.join(joiner), field: field.join(joiner), tags };
}
