// From a pod's controller to what a person wrote: ReplicaSet -> Deployment (or whatever owns it), Job -> CronJob. Others
// are at the top already. Two questions at most, remembered, and asked only for Events: never while a pod waits.

import { AppsV1Api, BatchV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../../certs/clock.ts";
import { controllerOf, type ObjectReference } from "../admission/admit.ts";
import { statusOf } from "./api-failure.ts";
import { inTime } from "./in-time.ts";

const MOST_REMEMBERED = 500;

export class Owners {
  readonly #clock: Clock;
  readonly #apps: AppsV1Api;
  readonly #batch: BatchV1Api;
  /** uid -> its controller; undefined: it has none. */
  readonly #known = new Map<string, ObjectReference | undefined>();

  constructor(config: KubeConfig, clock: Clock) {
    this.#clock = clock;
    this.#apps = config.makeApiClient(AppsV1Api);
    this.#batch = config.makeApiClient(BatchV1Api);
  }

  /** The nearest known owner when the next one cannot be read. Never rejects. */
  async top(namespace: string, nearest: ObjectReference): Promise<ObjectReference> {
    if (this.#known.has(nearest.uid)) return this.#known.get(nearest.uid) ?? nearest;
    try {
      const read = this.#read(namespace, nearest);
      if (read === undefined) return nearest;
      const object = await inTime(this.#clock, read);
      // The name may have been given to another one since.
      const owner = object.metadata?.uid === nearest.uid ? controllerOf(object) : undefined;
      this.#remember(nearest.uid, owner);
      return owner ?? nearest;
    } catch (error) {
      // Not there any more: it will not come back under this uid.
      if (statusOf(error) === 404) this.#remember(nearest.uid, undefined);
      return nearest;
    }
  }

  #read(
    namespace: string,
    { apiVersion, kind, name, uid }: ObjectReference,
  ): Promise<{ readonly metadata?: { readonly uid?: string } }> | undefined {
    if (uid === "") return undefined;
    if (apiVersion === "apps/v1" && kind === "ReplicaSet")
      return this.#apps.readNamespacedReplicaSet({ name, namespace });
    if (apiVersion === "batch/v1" && kind === "Job") return this.#batch.readNamespacedJob({ name, namespace });
    return undefined;
  }

  #remember(uid: string, owner: ObjectReference | undefined): void {
    this.#known.set(uid, owner);
    const oldest = this.#known.keys().next();
    if (this.#known.size > MOST_REMEMBERED && oldest.done !== true) this.#known.delete(oldest.value);
  }
}
