// A text that is equal for two plugin tables exactly when they mean the same, whatever their layout, order of keys and
// places. It holds the values themselves, credentials too: compare it, never log it.

import type { TomlValue } from "./toml/value.ts";

export function fingerprint(value: TomlValue): string {
  switch (value.type) {
    case "string":
      return JSON.stringify(value.value);
    case "float":
      // 1.0 and 1 are two types.
      return `${Object.is(value.value, -0) ? "-0" : value.value}f`;
    case "array":
      return `[${value.items.map(fingerprint).join(",")}]`;
    case "table": {
      const pairs = [...value.entries].map(([key, entry]) => `${JSON.stringify(key)}=${fingerprint(entry.value)}`);
      return `{${pairs.toSorted().join(",")}}`;
    }
    default:
      return String(value.value);
  }
}
