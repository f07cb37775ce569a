// The annotation that says what was injected. Its hash changes exactly when what would be injected changes, so a stale
// sidecar can be told from a current one.

import { createHash } from "node:crypto";
import { CONTAINER_NAME, VERSION } from "./contract.ts";
import type { JsonObject } from "./json.ts";

export interface Injected {
  readonly className: string;
  readonly plugins: readonly string[];
  readonly container: JsonObject;
  readonly volume: JsonObject;
  readonly config: string;
}

export function statusFor({ className, plugins, container, volume, config }: Injected): string {
  // All parts are built in a fixed order of keys, so the same parts give the same text.
  const hash = createHash("sha256")
    .update(JSON.stringify([container, volume, config]))
    .digest("hex")
    .slice(0, 16);
  return JSON.stringify({ version: VERSION, container: CONTAINER_NAME, class: className, plugins, hash });
}
