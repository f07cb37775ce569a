// What the webhook needs of a cluster, connected: the Secret of its certificates, namespaces, classes, settings, Events,
// and its own webhook configuration. Imported only when there is a cluster.

import { KubeConfig } from "@kubernetes/client-node";
import { systemClock } from "../../certs/clock.ts";
import type { CertificateStore } from "../../certs/store.ts";
import type { Logger } from "../log/logger.ts";
import { EXIT, ExitError } from "../exit-codes.ts";
import type { Metrics } from "../server/metrics.ts";
import { SETTINGS_CONFIG_MAP } from "../inject/contract.ts";
import type { TextsSource } from "../sources/texts-source.ts";
import { CaBundle } from "./ca-bundle.ts";
import { ClassSecrets } from "./class-secrets.ts";
import { ClusterEvents } from "./event-sink.ts";
import { FollowedTexts } from "./followed-texts.ts";
import { ClusterNamespaces } from "./namespaces.ts";
import { SecretStore } from "./secret-store.ts";

export interface Cluster {
  readonly certificates: CertificateStore;
  readonly namespaces: ClusterNamespaces;
  readonly classes: ClassSecrets;
  readonly settings: TextsSource;
  readonly events: ClusterEvents;
  /** Makes the API server trust this bundle, now and for as long as we run. */
  trust(bundle: string): void;
  /** The API server was told a bundle that trusts us. */
  trusted(): boolean;
  stop(): void;
}

export interface ClusterOptions {
  readonly ownNamespace: string;
  /** Undefined: nobody's caBundle is kept. */
  readonly webhookConfiguration: string | undefined;
  /** The settings come from this file: the ConfigMap is not followed. */
  readonly config: string | undefined;
  readonly instance: string;
}

export interface ClusterParts {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Reads the certificates again, before what another replica wrote is overwritten. */
  readonly refresh: () => Promise<void>;
}

export function connectCluster(options: ClusterOptions, parts: ClusterParts): Cluster {
  const { ownNamespace, instance } = options;
  const config = clusterConfig();
  const base = { config, clock: systemClock };
  const namespaces = new ClusterNamespaces({ ...base, onProblem: tell("namespaces", parts) });
  const classes = new ClassSecrets({ ...base, ownNamespace, onProblem: tell("classes", parts) });
  const settings = new FollowedTexts({
    ...base,
    namespace: ownNamespace,
    name: SETTINGS_CONFIG_MAP,
    onProblem: tell("settings", parts),
  });
  const bundle =
    options.webhookConfiguration === undefined ? undefined : caBundle(options.webhookConfiguration, config, parts);
  const followed = [namespaces, classes, ...(options.config === undefined ? [settings] : []), bundle];
  for (const each of followed) each?.start();
  return {
    certificates: new SecretStore(config, ownNamespace),
    namespaces,
    classes,
    settings,
    events: new ClusterEvents({ ...base, instance }),
    trust: (pem) => bundle?.want(pem),
    trusted: () => bundle?.wasInPlace ?? true,
    stop() {
      for (const each of followed) each?.stop();
    },
  };
}

/** $KUBECONFIG, ~/.kube/config, or the pod's own ServiceAccount. */
function clusterConfig(): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ExitError(`the kubeconfig cannot be read: ${why}`, EXIT.unavailable, { cause: error });
  }
  // What the client falls back to when it finds nothing: a server that is never there.
  if (config.getCurrentCluster()?.server === "http://localhost:8080") {
    throw new ExitError("there is no cluster here. Use --dev, set KUBECONFIG, or run in a pod", EXIT.unavailable);
  }
  return config;
}

function caBundle(name: string, config: KubeConfig, parts: ClusterParts): CaBundle {
  return new CaBundle({
    name,
    config,
    clock: systemClock,
    refresh: parts.refresh,
    onWrite(message) {
      parts.metrics.bundleWrites.inc();
      parts.log.info({ configuration: name }, message);
    },
    onProblem: tell("ca_bundle", parts),
  });
}

/** Counts and logs; the same sentence in a row is logged once. */
function tell(part: string, { log, metrics }: ClusterParts): (message: string) => void {
  let last = "";
  return (message) => {
    metrics.problems.inc({ part });
    if (message !== last) log.error({ part }, message);
    last = message;
  };
}
