// What the webhook does in a cluster beside admission, and never on its way: the copies of the classes, and Events.

import type { Clock } from "../certs/clock.ts";
import type { Outcome } from "./admission/admit.ts";
import {
  ClassSync,
  type ClassSyncOptions,
  type CopyState,
  type CopyStore,
  type SyncReport,
} from "./classes/class-sync.ts";
import { EventRecorder, type EventSink } from "./events/event-recorder.ts";
import { notable } from "./events/notable.ts";
import { CLASSES_SECRET, MANAGED_BY_LABEL, MANAGED_BY_VALUE } from "./inject/contract.ts";
import type { Logger } from "./log/logger.ts";
import type { Metrics } from "./server/metrics.ts";
import type { Knowledge } from "./sources/knowledge.ts";

/** Called with a namespace; with undefined when many may have changed. */
type Changed = (namespace: string | undefined) => void;

export interface BackgroundParts {
  readonly cluster: {
    readonly namespaces: ClassSyncOptions["namespaces"] & { onChange(changed: Changed): void };
    readonly classes: CopyStore & { onCopy(changed: Changed): void };
    readonly events: EventSink;
  };
  readonly knowledge: Pick<Knowledge, "copySources" | "onChange">;
  readonly ownNamespace: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface Background {
  /** Told of each answered admission. Returns at once and never throws. */
  readonly observe: (outcome: Outcome) => void;
  /** After the last admission. Work that is begun is ended, within two seconds. */
  readonly stop: () => Promise<void>;
}

const STOP_MS = 2_000;

export function openBackground(parts: BackgroundParts): Background {
  const { cluster, knowledge, ownNamespace, clock } = parts;
  const events = openEvents(parts);
  const sync = new ClassSync({
    store: cluster.classes,
    sources: () => knowledge.copySources(),
    namespaces: cluster.namespaces,
    ownNamespace,
    clock,
    report: reportTo(parts, events),
  });
  const changed: Changed = (namespace) => (namespace === undefined ? sync.touchAll() : sync.touch(namespace));
  cluster.classes.onCopy(changed);
  cluster.namespaces.onChange(changed);
  knowledge.onChange(() => sync.touchAll());
  sync.touchAll();
  return {
    observe(outcome) {
      if (outcome.injected && !outcome.dryRun) sync.injected(outcome.pod.namespace);
      const event = notable(outcome);
      if (event !== undefined) events.tell(event);
    },
    async stop() {
      await sync.stop(STOP_MS);
      events.stop();
    },
  };
}

function openEvents({ cluster, clock, metrics, log }: BackgroundParts): EventRecorder {
  let last = "";
  return new EventRecorder({
    sink: cluster.events,
    clock,
    count: (result) => metrics.events.inc({ result }),
    onProblem(error) {
      const message = messageOf(error);
      metrics.problems.inc({ part: "events" });
      if (message !== last) log.error({ part: "events" }, message);
      last = message;
    },
  });
}

/** One log line a change, without any content. */
function reportTo({ log, metrics, clock }: BackgroundParts, events: EventRecorder): SyncReport {
  const states = new Map<string, CopyState>();
  const told = new Map<string, string>();
  return {
    written(namespace, how, classes) {
      metrics.classCopyWrites.inc({ result: how });
      log.info({ namespace, classes }, `copy of the classes ${how}`);
    },
    failed(namespace, error) {
      const message = messageOf(error);
      metrics.classCopyWrites.inc({ result: "failed" });
      metrics.problems.inc({ part: "class_sync" });
      if (told.get(namespace) !== message) log.error({ namespace }, `${message}; trying again`);
      told.set(namespace, message);
    },
    foreign(namespace) {
      const note =
        `Secret ${namespace}/${CLASSES_SECRET} is not ours (no label ${MANAGED_BY_LABEL}=${MANAGED_BY_VALUE}) and is ` +
        `left alone, so agents in this namespace do not get their classes; rename it, or delete it`;
      log.warn({ namespace }, note);
      const about = { apiVersion: "v1", kind: "Secret", name: CLASSES_SECRET, uid: "" };
      events.tell({ namespace, reason: "ForeignClassesSecret", note, about });
    },
    state(namespace, state) {
      const before = states.get(namespace);
      if (state === "synced") {
        metrics.classCopySuccess.set(clock.nowMs() / 1000);
        told.delete(namespace);
      }
      if (state === before) return;
      if (before !== undefined) metrics.classCopies.dec({ state: before });
      if (state !== undefined) metrics.classCopies.inc({ state });
      if (state === undefined) {
        states.delete(namespace);
        told.delete(namespace);
      } else states.set(namespace, state);
    },
    queueLength: (length) => metrics.classCopyQueue.set(length),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
