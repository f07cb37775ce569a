// What is wrong with a config text, before it is known which source it is.

import type { Position } from "./toml/value.ts";

export interface DocumentProblem {
  readonly severity: "error" | "warning";
  readonly at: Position;
  readonly message: string;
  readonly remedy: string;
}
