// One of the `urls`: where a group of metrics can be sent.

import type { WriteGroup } from "./write-groups.ts";
import type { WriteOutcome } from "./write-response.ts";

export interface TargetOutcome {
  readonly outcome: WriteOutcome;
  /** Places in the group of metrics that line protocol cannot say; they were not sent. */
  readonly unserializable: readonly number[];
}

export interface Target {
  /** The URL without credentials. */
  readonly name: string;
  /** Never rejects: what goes wrong is an outcome. */
  write(group: WriteGroup): Promise<TargetOutcome>;
  /** Rejects with the server's reason. */
  createDatabase(database: string): Promise<void>;
  close(): Promise<void>;
}
