// The filters every plugin accepts: which metrics pass, and which tags and fields stay (telegraf models/filter.go).

import type { FilterOptions } from "../config/common-options.ts";
import { compileGlobs, type Matcher } from "./glob.ts";
import type { Metric } from "./metric.ts";

export class Filter {
  readonly #name: Matcher | undefined;
  readonly #nameDrop: Matcher | undefined;
  readonly #tagPass: readonly TagMatcher[];
  readonly #tagDrop: readonly TagMatcher[];
  readonly #fields: Matcher | undefined;
  readonly #fieldsDrop: Matcher | undefined;
  readonly #tags: Matcher | undefined;
  readonly #tagsDrop: Matcher | undefined;

  constructor(options: FilterOptions) {
    this.#name = compileGlobs(options.namepass, options.namepassSeparator);
    this.#nameDrop = compileGlobs(options.namedrop, options.namedropSeparator);
    this.#tagPass = tagMatchers(options.tagpass);
    this.#tagDrop = tagMatchers(options.tagdrop);
    this.#fields = compileGlobs(options.fieldinclude);
    this.#fieldsDrop = compileGlobs(options.fieldexclude);
    this.#tags = compileGlobs(options.taginclude);
    this.#tagsDrop = compileGlobs(options.tagexclude);
  }

  /** Does the metric pass? Names first, then tags. */
  selects(metric: Metric): boolean {
    if (this.#name !== undefined && !this.#name(metric.name)) return false;
    if (this.#nameDrop?.(metric.name)) return false;
    if (this.#tagPass.length > 0 && !this.#tagPass.some((matcher) => matcher(metric))) return false;
    return !this.#tagDrop.some((matcher) => matcher(metric));
  }

  /** Whether `modify` can change anything: a shared metric is copied only then. */
  get modifies(): boolean {
    return [this.#fields, this.#fieldsDrop, this.#tags, this.#tagsDrop].some((matcher) => matcher !== undefined);
  }

  /** Removes the fields and tags that may not stay: include first, then exclude. */
  modify(metric: Metric): void {
    for (let at = metric.fieldCount - 1; at >= 0; at--) {
      const key = metric.fieldKeyAt(at);
      if (!stays(key, this.#fields, this.#fieldsDrop)) metric.removeField(key);
    }
    for (let at = metric.tagCount - 1; at >= 0; at--) {
      const key = metric.tagKeyAt(at);
      if (!stays(key, this.#tags, this.#tagsDrop)) metric.removeTag(key);
    }
  }
}

type TagMatcher = (metric: Metric) => boolean;

function tagMatchers(table: FilterOptions["tagpass"]): readonly TagMatcher[] {
  const matchers: TagMatcher[] = [];
  for (const [key, patterns] of table) {
    const matches = compileGlobs(patterns);
    if (matches === undefined) continue;
    matchers.push((metric) => {
      const value = metric.tag(key);
      return value !== undefined && matches(value);
    });
  }
  return matchers;
}

function stays(key: string, include: Matcher | undefined, exclude: Matcher | undefined): boolean {
  return (include === undefined || include(key)) && !exclude?.(key);
}
