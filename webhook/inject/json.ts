// Plain JSON that nobody promised anything about: the pod is never modelled, so what is touched is checked at the touch.

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own member `key`, if `value` is an object. */
export function member(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Down several members. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(member, value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The empty string for whatever is not a string. */
export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Only the entries whose values are strings. */
export function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
