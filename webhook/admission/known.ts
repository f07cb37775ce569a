// What a decision may know: all of it in memory, kept there by others.

import type { Catalog } from "../../agent/config/config.ts";
import type { ClassSet } from "../classes/class-set.ts";
import type { Settings } from "../settings/settings.ts";

export interface NamespaceFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Known {
  /** undefined: not seen yet (a watch lags behind). The API server chose to ask us, so such a namespace counts as
   *  labelled; who knows that there is no such label (offline) answers with empty records. */
  namespace(name: string): NamespaceFacts | undefined;
  readonly classes: ClassSet;
  readonly settings: Settings;
  /** The agent's plugins; their schemas are imported when a config names them. */
  readonly catalog: Catalog;
  /** Can every node's kubelet run an init container with restartPolicy Always? What `sidecar: auto` means. Default: yes. */
  readonly nativeSidecars?: boolean;
}
