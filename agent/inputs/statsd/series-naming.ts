// From bucket and tags to the identity of a series: bucket tags, sanitizing, template, convert_names, the tags that
// StatsD adds itself. Strings are fine here: it runs once for each series, not for each value.

import { type TemplateEngine } from "../../formats/graphite/template.ts";
import { firstWord } from "./go-space.ts";
import type { SeriesIdentity, SeriesShape } from "./series-index.ts";
import { COUNTER, DISTRIBUTION, GROUP_OF_KIND, METRIC_TYPES } from "./series-kind.ts";

export interface NamingSettings {
  readonly templates: TemplateEngine;
  readonly sanitize: boolean;
  readonly convertNames: boolean;
  /** Value of the tag `temporality` of counters, if they get one. */
  readonly temporality: "delta" | "cumulative" | undefined;
}

const DEFAULT_FIELD = "value";

export class SeriesNaming {
  readonly #settings: NamingSettings;
  /** Most series have no tags of their own: they share one shape a kind. */
  readonly #plain: readonly SeriesShape[];

  constructor(settings: NamingSettings) {
    this.#settings = settings;
    this.#plain = METRIC_TYPES.map((_, kind) => ({
      group: GROUP_OF_KIND[kind] as number,
      tags: flatTags(this.#ownTags(kind)),
      field: DEFAULT_FIELD,
    }));
  }

  /** undefined: there is no name. `lineTags` are DogStatsD's and win over all others. */
  identity(kind: number, bucket: string, lineTags: ReadonlyMap<string, string>): SeriesIdentity | undefined {
    const [first = "", ...pairs] = bucket.split(",");
    const applied = this.#settings.templates.apply(firstWord(this.#settings.sanitize ? sanitizeName(first) : first));
    const name = this.#settings.convertNames ? convertName(applied.name) : applied.name;
    if (name === "") return undefined;
    const bucketTags = readBucketTags(pairs);
    // A distribution is a list of values, and Telegraf never asks the template for its field.
    const field = applied.field === "" || kind === DISTRIBUTION ? DEFAULT_FIELD : applied.field;
    const plain = this.#plain[kind] as SeriesShape;
    const count = bucketTags.size + applied.tags.size + lineTags.size;
    if (count === 0) return { name, shape: field === DEFAULT_FIELD ? plain : { ...plain, field } };
    const tags = flatTags(new Map([...bucketTags, ...applied.tags, ...this.#ownTags(kind), ...lineTags]));
    return { name, shape: { group: plain.group, tags, field } };
  }

  #ownTags(kind: number): Map<string, string> {
    const tags = new Map([["metric_type", METRIC_TYPES[kind] as string]]);
    if (kind === COUNTER && this.#settings.temporality !== undefined)
      tags.set("temporality", this.#settings.temporality);
    return tags;
  }
}

/** `key=value`; later ones win, only the first `=` separates. */
function readBucketTags(pairs: readonly string[]): Map<string, string> {
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals > 0) tags.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return tags;
}

function flatTags(tags: ReadonlyMap<string, string>): readonly string[] {
  return [...tags].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
}

/** What the original StatsD daemon does to names. */
function sanitizeName(name: string): string {
  return name
    .replace(/[\t\n\f\r ]+/g, "_")
    .replaceAll("/", "-")
    .replace(/[^a-zA-Z_\-0-9.;=]/g, "");
}

function convertName(name: string): string {
  return name.replaceAll(".", "_").replaceAll("-", "__");
}
