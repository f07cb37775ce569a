// Checks the headers that a config adds to requests. The value is never repeated: it may be a secret.

import { validateHeaderName, validateHeaderValue } from "node:http";
import type { OptionProblem } from "../../config/options.ts";

export function headerProblems(key: string, headers: ReadonlyMap<string, string>): readonly OptionProblem[] {
  const bad = [...headers].filter(([name, value]) => !isHeader(name, value));
  return bad.map(([name]) => ({
    key,
    message: `${key}: "${name}" is not a header that HTTP allows`,
    remedy: "remove line ends and control characters",
  }));
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
