// All namespaces of the cluster in memory: labels and annotations only, kept up to date by a watch. Admission never asks
// the API server, so what is not here yet is answered with "not seen".

import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../../certs/clock.ts";
import type { NamespaceFacts } from "../admission/known.ts";
import type { NamespacesSource } from "../sources/namespaces-source.ts";
import { namespaceFacts } from "../sources/read-namespaces.ts";
import { FollowedList } from "./followed-list.ts";

const PAGE = 500;

export interface ClusterNamespacesOptions {
  readonly config: KubeConfig;
  readonly clock: Clock;
  readonly onProblem: (message: string) => void;
}

/** Called with one namespace that was added, changed or deleted; with undefined after a whole list. */
type NamespaceListener = (name: string | undefined) => void;

export class ClusterNamespaces implements NamespacesSource {
  readonly #followed: FollowedList;
  #known: Map<string, NamespaceFacts> | undefined;
  #changed: NamespaceListener | undefined;

  constructor({ config, clock, onProblem }: ClusterNamespacesOptions) {
    const api = config.makeApiClient(CoreV1Api);
    this.#followed = new FollowedList({
      config,
      clock,
      onProblem,
      name: "namespaces",
      path: "/api/v1/namespaces",
      list: (next) => api.listNamespace({ limit: PAGE, ...(next !== undefined && { _continue: next }) }),
      onList: (items) => {
        this.#known = new Map(items.map(namespaceFacts));
        this.#changed?.(undefined);
      },
      onEvent: (type, object) => {
        const [name, facts] = namespaceFacts(object);
        if (type === "DELETED") this.#known?.delete(name);
        else this.#known?.set(name, facts);
        this.#changed?.(name);
      },
    });
  }

  start(): void {
    this.#followed.start();
  }

  stop(): void {
    this.#followed.stop();
  }

  onChange(changed: NamespaceListener): void {
    this.#changed = changed;
  }

  names(): Iterable<string> {
    return this.#known?.keys() ?? [];
  }

  get ready(): boolean {
    return this.#known !== undefined;
  }

  get(name: string): NamespaceFacts | undefined {
    return this.#known?.get(name);
  }
}
