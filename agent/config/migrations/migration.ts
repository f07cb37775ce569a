// What a migration is: old keys of a table, and the step that reads them as today's.

import type { PluginKind } from "../config.ts";
import type { TableDraft } from "./table-draft.ts";

export interface Migration {
  /** `plugins`: of every kind. */
  readonly kind: PluginKind | "plugins" | "agent";
  /** Absent: every plugin of the kind. */
  readonly plugin?: string;
  /** The step is taken when one of them is set and the plugin does not declare it itself. */
  readonly keys: readonly string[];
  readonly apply: (draft: TableDraft) => void;
}

export interface PluginMigration {
  readonly kind: PluginKind;
  readonly from: string;
  readonly to: string;
  /** Where the options changed as well. */
  readonly apply?: (draft: TableDraft) => void;
}
