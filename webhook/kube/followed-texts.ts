// One ConfigMap of ours, followed by name, as texts.

import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../../certs/clock.ts";
import { at, stringOf, stringsOf } from "../inject/json.ts";
import type { Texts, TextsSource } from "../sources/texts-source.ts";
import { FollowedList } from "./followed-list.ts";

export interface FollowedTextsOptions {
  readonly config: KubeConfig;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  readonly onProblem: (message: string) => void;
}

export class FollowedTexts implements TextsSource {
  readonly #followed: FollowedList;
  #last: { readonly texts: Texts | undefined } | undefined;
  #take: ((texts: Texts | undefined) => void) | undefined;

  constructor({ config, clock, namespace, name, onProblem }: FollowedTextsOptions) {
    const api = config.makeApiClient(CoreV1Api);
    const fieldSelector = `metadata.name=${name}`;
    this.#followed = new FollowedList({
      config,
      clock,
      onProblem,
      name: `ConfigMap ${namespace}/${name}`,
      path: `/api/v1/namespaces/${namespace}/configmaps`,
      fieldSelector,
      list: () => api.listNamespacedConfigMap({ namespace, fieldSelector }),
      onList: (items) => this.#see(items[0]),
      onEvent: (type, object) => this.#see(type === "DELETED" ? undefined : object),
    });
  }

  start(): void {
    this.#followed.start();
  }

  stop(): void {
    this.#followed.stop();
  }

  follow(take: (texts: Texts | undefined) => void): void {
    this.#take = take;
    if (this.#last !== undefined) take(this.#last.texts);
  }

  #see(object: object | undefined): void {
    const version = stringOf(at(object, "metadata", "resourceVersion"));
    const texts = new Map(Object.entries(stringsOf(at(object, "data"))));
    this.#last = { texts: object === undefined ? undefined : { version, texts } };
    this.#take?.(this.#last.texts);
  }
}
