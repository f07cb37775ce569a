// What the webhook needs of a cluster, connected: the Secret of its certificates, the namespaces, and its own webhook
// configuration. Imported only when there is a cluster.

import type { CertificateStore } from "../../certs/store.ts";
import type { Logger } from "../log/logger.ts";
import type { ServeOptions } from "../serve-options.ts";
import type { Metrics } from "../server/metrics.ts";
import type { NamespacesSource } from "../sources/namespaces-source.ts";

export interface Cluster {
  readonly certificates: CertificateStore;
  readonly namespaces: NamespacesSource;
  /** Makes the API server trust this bundle, now and for as long as we run. */
  trust(bundle: string): void;
  /** The API server was told the present bundle. */
  trusted(): boolean;
  stop(): void;
}

export function connectCluster(_options: ServeOptions, _parts: { log: Logger; metrics: Metrics }): Promise<Cluster> {
  return Promise.reject(new Error("not yet: use --dev"));
}
