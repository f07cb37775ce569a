// What the webhook counts about itself, for Prometheus. Names are an interface: manifests/monitoring refers to them.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { reasons } from "../admission/reasons.ts";

const PREFIX = "pilotfish_webhook_";

export class Metrics {
  readonly registry = new Registry();

  readonly admissions = new Counter({
    name: `${PREFIX}admissions_total`,
    help: "Answered admission requests by reason; pilotfish injected a pod where the reason is `injected`",
    labelNames: ["reason"] as const,
    registers: [this.registry],
  });
  readonly duration = new Histogram({
    name: `${PREFIX}admission_duration_seconds`,
    help: "From the last byte of an admission request to the first of its answer",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });
  readonly rejected = new Counter({
    name: `${PREFIX}bad_requests_total`,
    help: "Requests that could not be answered with a review, by HTTP status",
    labelNames: ["status"] as const,
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    name: `${PREFIX}requests_in_flight`,
    help: "Admission requests being answered now",
    registers: [this.registry],
  });
  readonly certificateExpiry = new Gauge({
    name: `${PREFIX}certificate_expiry_timestamp_seconds`,
    help: "When the certificate (serving, authority) ends, in seconds since 1970; renewal is at two thirds of its life",
    labelNames: ["certificate"] as const,
    registers: [this.registry],
  });
  readonly classValid = new Gauge({
    name: `${PREFIX}class_valid`,
    help: "1: the class's newest text is in use. 0: it is broken; the last good one is kept, if there was one",
    labelNames: ["class"] as const,
    registers: [this.registry],
  });
  readonly sourceReloads = new Counter({
    name: `${PREFIX}source_reloads_total`,
    help: "Reads of what the webhook watches (classes, settings, namespaces) after a change, by result (good, bad)",
    labelNames: ["source", "result"] as const,
    registers: [this.registry],
  });
  readonly bundleWrites = new Counter({
    name: `${PREFIX}ca_bundle_writes_total`,
    help: "Times the caBundle of the webhook configuration was set, at rotation or because something else changed it",
    registers: [this.registry],
  });
  readonly problems = new Counter({
    name: `${PREFIX}background_failures_total`,
    help: "Failures beside admission, by part (certificates, ca_bundle, namespaces, classes, settings, class_sync, events)",
    labelNames: ["part"] as const,
    registers: [this.registry],
  });
  readonly classCopies = new Gauge({
    name: `${PREFIX}class_copies`,
    help: "Namespaces with a copy of the classes, by state: synced, pending, foreign (a Secret that is not ours is in the way)",
    labelNames: ["state"] as const,
    registers: [this.registry],
  });
  readonly classCopyWrites = new Counter({
    name: `${PREFIX}class_copy_writes_total`,
    help: "Attempts to write a namespace's copy of the classes, by result (created, updated, failed)",
    labelNames: ["result"] as const,
    registers: [this.registry],
  });
  readonly classCopyQueue = new Gauge({
    name: `${PREFIX}class_copy_queue_length`,
    help: "Namespaces that wait for their copy of the classes to be looked at",
    registers: [this.registry],
  });
  readonly classCopySuccess = new Gauge({
    name: `${PREFIX}class_copy_last_success_timestamp_seconds`,
    help: "When a namespace's copy of the classes was last found or made right, in seconds since 1970",
    registers: [this.registry],
  });
  readonly events = new Counter({
    name: `${PREFIX}events_total`,
    help: "Outcomes worth an Event, by result (sent, repeated, limited, dropped, failed)",
    labelNames: ["result"] as const,
    registers: [this.registry],
  });

  constructor() {
    // A series that appears only with its first event looks like "never happened" and like "not scraped" at once.
    for (const reason of Object.keys(reasons)) this.admissions.inc({ reason }, 0);
  }

  /** Process, memory, garbage collection and the event loop's delay. Measures until the process ends: call it once. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry, prefix: PREFIX });
  }
}
