// The metric: a name, sorted tags, ordered fields, a time. Pure data, the only thing that every stage shares.
// Telegraf's model (metric/metric.go): integers are 64 bit, fields keep their order, tags are unique and sorted by key.

export type ValueType = "counter" | "gauge" | "untyped" | "summary" | "histogram";

/** An unsigned 64-bit integer. A plain `bigint` field is signed; a plain `number` field is a float. */
export class Unsigned {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** float | int64 | uint64 | string | boolean. */
export type FieldValue = number | bigint | Unsigned | string | boolean;

/**
 * Strings are ordinary JavaScript strings; bytes that were not valid UTF-8 travel as lone surrogates (see byte-text.ts).
 *
 * Ownership: whoever creates a metric may change it until it is handed to an accumulator. After the processors it is
 * shared by all outputs and must be copied before it is changed.
 */
export class Metric {
  name: string;
  /** Nanoseconds since 1970. */
  timestampNs: bigint;
  type: ValueType;
  // Flat [key, value, key, value, …]: a third of the memory of two Maps, and most metrics have fewer than ten entries.
  #tags: string[] = [];
  #fields: FieldValue[] = [];

  constructor(name: string, timestampNs: bigint, type: ValueType = "untyped") {
    this.name = name;
    this.timestampNs = timestampNs;
    this.type = type;
  }

  get tagCount(): number {
    return this.#tags.length >> 1;
  }

  /** Key of the tag at `index`, in sorted order. */
  tagKeyAt(index: number): string {
    return this.#tags[index * 2] as string;
  }

  tagValueAt(index: number): string {
    return this.#tags[index * 2 + 1] as string;
  }

  tag(key: string): string | undefined {
    const at = this.#tagIndex(key);
    return this.#tags[at] === key ? this.#tags[at + 1] : undefined;
  }

  hasTag(key: string): boolean {
    return this.#tags[this.#tagIndex(key)] === key;
  }

  setTag(key: string, value: string): this {
    const at = this.#tagIndex(key);
    if (this.#tags[at] === key) this.#tags[at + 1] = value;
    else if (at === this.#tags.length) this.#tags.push(key, value);
    else this.#tags.splice(at, 0, key, value);
    return this;
  }

  removeTag(key: string): void {
    const at = this.#tagIndex(key);
    if (this.#tags[at] === key) this.#tags.splice(at, 2);
  }

  get fieldCount(): number {
    return this.#fields.length >> 1;
  }

  fieldKeyAt(index: number): string {
    return this.#fields[index * 2] as string;
  }

  fieldValueAt(index: number): FieldValue {
    return this.#fields[index * 2 + 1] as FieldValue;
  }

  field(key: string): FieldValue | undefined {
    const at = this.#fieldIndex(key);
    return at < 0 ? undefined : this.#fields[at + 1];
  }

  setField(key: string, value: FieldValue): this {
    const at = this.#fieldIndex(key);
    if (at < 0) this.#fields.push(key, value);
    else this.#fields[at + 1] = value;
    return this;
  }

  removeField(key: string): void {
    const at = this.#fieldIndex(key);
    if (at >= 0) this.#fields.splice(at, 2);
  }

  copy(): Metric {
    const copy = new Metric(this.name, this.timestampNs, this.type);
    copy.#tags = this.#tags.slice();
    copy.#fields = this.#fields.slice();
    return copy;
  }

  /** Index of `key`, or of the place where it belongs. */
  #tagIndex(key: string): number {
    const tags = this.#tags;
    let at = tags.length;
    // From the end: parsers and the StatsD table add tags in sorted order.
    while (at > 0 && (tags[at - 2] as string) >= key) at -= 2;
    return at;
  }

  #fieldIndex(key: string): number {
    const fields = this.#fields;
    for (let at = 0; at < fields.length; at += 2) if (fields[at] === key) return at;
    return -1;
  }
}
