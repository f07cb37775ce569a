// The webhook put together: certificates, what it knows, the server, and the order of start and end. No signals and no
// exit here (main.ts), so that tests run it whole.

import type { Server } from "node:http";
import { catalog } from "../agent/catalog.ts";
import { systemClock } from "../certs/clock.ts";
import { FileStore } from "../certs/file-store.ts";
import { CertificateKeeper, type Current } from "../certs/keeper.ts";
import { MemoryStore } from "../certs/memory-store.ts";
import { DEFAULT_POLICY } from "../certs/rotation.ts";
import type { CertificateStore } from "../certs/store.ts";
import { admit } from "./admission/admit.ts";
import type { Known } from "./admission/known.ts";
import { openBackground } from "./background.ts";
import type { Cluster, ClusterParts } from "./kube/cluster.ts";
import type { Logger } from "./log/logger.ts";
import type { ServeOptions } from "./serve-options.ts";
import { createApp, createProbeApp, type AppParts } from "./server/app.ts";
import { EXIT, ExitError } from "./exit-codes.ts";
import { Metrics } from "./server/metrics.ts";
import { close, createHttps, createPlain, listen, useCertificate } from "./server/open-server.ts";
import { Readiness } from "./server/readiness.ts";
import { writeAtomically } from "./server/write-atomically.ts";
import { openKnowledge, type Knowledge } from "./sources/knowledge.ts";

export interface Running {
  /** `127.0.0.1:43210`, as bound. */
  readonly address: string;
  readonly metricsAddress: string | undefined;
  readonly keeper: CertificateKeeper;
  /** Not ready any more, a wait for the cluster to notice, requests in flight ended, everything closed. */
  readonly stop: () => Promise<void>;
}

export async function serve(options: ServeOptions, log: Logger): Promise<Running> {
  const metrics = new Metrics();
  const readiness = new Readiness();
  // The cluster needs the keeper, which needs the cluster's Secret: it is asked for when both exist.
  const refresh = async (): Promise<void> => keeper.check();
  const cluster = options.dev ? undefined : await connect(options, { log, metrics, refresh });
  const knowledge = await openKnowledge(options, { catalog, clock: systemClock, log, metrics, cluster });
  const background = cluster && openBackground({ ...options, cluster, knowledge, clock: systemClock, log, metrics });
  const parts: AppParts = {
    ...(background !== undefined && { observe: background.observe }),
    decide: (body) => admit(body, snapshot(knowledge)),
    metrics,
    readiness,
    log,
    mostInFlight: options.mostInFlight,
  };
  const server = createHttps(createApp(parts), undefined);
  const keeper = keepCertificates(options, { log, metrics, cluster, onChange: (now) => useCertificate(server, now) });
  requireAll(readiness, { keeper, knowledge, cluster });
  const address = await listen(server, { address: options.listen, option: "--listen" });
  const plain = await openPlain(options, parts);
  await keeper.start();
  if (options.caOut !== undefined && keeper.current !== undefined)
    await writeFirst(options.caOut, keeper.current.bundle);
  metrics.watchProcess();
  return {
    address,
    metricsAddress: plain?.address,
    keeper,
    async stop() {
      readiness.drain();
      log.info({ drainDelayMs: options.drainDelayMs }, "shutting down: not ready any more");
      await new Promise<void>((resolve) => systemClock.after(options.drainDelayMs, resolve));
      for (const source of [knowledge, keeper, cluster]) source?.stop();
      await close(server, options.graceMs);
      if (plain !== undefined) await close(plain.server, options.graceMs);
      await background?.stop();
      log.info("shut down: every request in flight was answered");
    },
  };
}

function snapshot({ namespaces, classes, settings }: Knowledge): Known {
  return { namespace: (name) => namespaces.get(name), classes: classes(), settings: settings(), catalog };
}

/** The Kubernetes client costs memory and time: only who runs in a cluster loads it. */
async function connect(options: ServeOptions, parts: ClusterParts): Promise<Cluster> {
  const { connectCluster } = await import("./kube/cluster.ts");
  return connectCluster(options, parts);
}

interface KeeperParts {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly cluster: Cluster | undefined;
  readonly onChange: (current: Current) => void;
}

function keepCertificates(options: ServeOptions, parts: KeeperParts): CertificateKeeper {
  const { log, metrics, cluster } = parts;
  const { dnsNames, ipAddresses, dev } = options;
  let written = false;
  return new CertificateKeeper({
    store: storeFor(options, cluster),
    // A laptop waits for its first certificate each time, and keeps it for an afternoon: a shorter key will do.
    policy: { ...DEFAULT_POLICY, dnsNames, ipAddresses, ...(dev && { authorityBits: 2048 }) },
    clock: systemClock,
    onChange(current) {
      metrics.certificateExpiry.set({ certificate: "serving" }, current.certificateEndsMs / 1000);
      metrics.certificateExpiry.set({ certificate: "authority" }, current.authorityEndsMs / 1000);
      log.info({ ends: new Date(current.certificateEndsMs).toISOString() }, "certificate in use");
      parts.onChange(current);
      cluster?.trust(current.bundle);
      // The first one is written once we listen: whoever waits for the file may connect at once.
      if (written && options.caOut !== undefined) {
        writeAtomically(options.caOut, current.bundle).catch((error: unknown) =>
          log.error({ err: error }, `cannot write the authority to ${options.caOut} (--ca-out)`),
        );
      }
      written = true;
    },
    onProblem(message, cause) {
      metrics.problems.inc({ part: "certificates" });
      log.error({ err: cause }, message);
    },
  });
}

function storeFor(options: ServeOptions, cluster: Cluster | undefined): CertificateStore {
  if (options.certificates !== undefined) return new FileStore(options.certificates);
  return cluster?.certificates ?? new MemoryStore();
}

async function writeFirst(path: string, bundle: string): Promise<void> {
  try {
    await writeAtomically(path, bundle);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ExitError(`cannot write the authority (--ca-out): ${why}`, EXIT.cannotCreate, { cause: error });
  }
}

interface Required {
  readonly keeper: CertificateKeeper;
  readonly knowledge: Knowledge;
  readonly cluster: Cluster | undefined;
}

function requireAll(readiness: Readiness, { keeper, knowledge, cluster }: Required): void {
  readiness.require("certificates", () => keeper.current !== undefined);
  readiness.require("classes", () => knowledge.classesReady());
  readiness.require("settings", () => knowledge.settingsReady());
  readiness.require("namespaces", () => knowledge.namespaces.ready);
  if (cluster !== undefined) readiness.require("caBundle of the webhook configuration", () => cluster.trusted());
}

async function openPlain(
  options: ServeOptions,
  parts: AppParts,
): Promise<{ readonly server: Server; readonly address: string } | undefined> {
  if (options.metricsListen === undefined) return undefined;
  const server = createPlain(createProbeApp(parts));
  const address = await listen(server, { address: options.metricsListen, option: "--metrics-listen" });
  return { server, address };
}
