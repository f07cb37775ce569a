// Events as objects of the cluster (events.k8s.io/v1). The name is made of what is said and when, so that of several
// replicas that say the same only one is heard. Created, never changed: that needs one right only.

import { EventsV1Api, V1MicroTime, type EventsV1Event, type KubeConfig } from "@kubernetes/client-node";
import { createHash } from "node:crypto";
import type { Clock } from "../../certs/clock.ts";
import type { ObjectReference } from "../admission/admit.ts";
import type { EventSink } from "../events/event-recorder.ts";
import type { Notable } from "../events/notable.ts";
import { describeFailure, isNamespaceEnding, statusOf } from "./api-failure.ts";
import { inTime } from "./in-time.ts";
import { Owners } from "./owners.ts";

export interface ClusterEventsOptions {
  readonly config: KubeConfig;
  readonly clock: Clock;
  /** Which replica says it. */
  readonly instance: string;
}

export class ClusterEvents implements EventSink {
  readonly #options: ClusterEventsOptions;
  readonly #api: EventsV1Api;
  readonly #owners: Owners;

  constructor(options: ClusterEventsOptions) {
    this.#options = options;
    this.#api = options.config.makeApiClient(EventsV1Api);
    this.#owners = new Owners(options.config, options.clock);
  }

  topOwner(namespace: string, nearest: ObjectReference): Promise<ObjectReference> {
    return this.#owners.top(namespace, nearest);
  }

  async create(event: Notable, window: number): Promise<"created" | "exists"> {
    const { clock } = this.#options;
    const { namespace } = event;
    try {
      await inTime(clock, this.#api.createNamespacedEvent({ namespace, body: this.#body(event, window) }));
      return "created";
    } catch (error) {
      // In a namespace that ends nobody reads it.
      if (statusOf(error) === 409 || isNamespaceEnding(error)) return "exists";
      throw new Error(`cannot create an Event in namespace ${namespace}: ${describeFailure(error)}`, { cause: error });
    }
  }

  #body({ namespace, reason, note, about }: Notable, window: number): EventsV1Event {
    const { clock, instance } = this.#options;
    const { apiVersion, kind, name, uid } = about;
    const said = JSON.stringify([kind, name, uid, reason, note, window]);
    const digest = createHash("sha256").update(said).digest("hex").slice(0, 16);
    return {
      metadata: { namespace, name: `${name.slice(0, 200)}.${digest}` },
      eventTime: new V1MicroTime(clock.nowMs()),
      type: "Warning",
      reason,
      note,
      action: "Inject",
      regarding: { apiVersion, kind, name, namespace, ...(uid !== "" && { uid }) },
      reportingController: "pilotfish.dev/webhook",
      reportingInstance: instance,
    };
  }
}
