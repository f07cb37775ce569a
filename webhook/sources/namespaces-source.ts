// Where the decision gets a namespace's labels and annotations from, whatever keeps them up to date.

import type { NamespaceFacts } from "../admission/known.ts";

export interface NamespacesSource {
  /** False until all namespaces were read once. */
  readonly ready: boolean;
  /** undefined: not seen. */
  get(name: string): NamespaceFacts | undefined;
  stop(): void;
}

/** Nobody told us any namespace: each counts as one that the API server asked us about. */
export const unknownNamespaces: NamespacesSource = {
  ready: true,
  get: () => undefined,
  stop: () => undefined,
};
