// Every Secret named `pilotfish-classes`, found by one list and one watch over the whole cluster: the operator's own one
// in our namespace, which is where classes come from, and the copies. Of a copy only digests are kept in memory.

import { CoreV1Api, type KubeConfig, type V1Secret } from "@kubernetes/client-node";
import type { Clock } from "../../certs/clock.ts";
import type { CopyStore } from "../classes/class-sync.ts";
import type { Copy, Wanted } from "../classes/copy.ts";
import type { Stamp } from "../classes/stamp.ts";
import { CLASSES_SECRET, SETTINGS_CONFIG_MAP } from "../inject/contract.ts";
import { at, stringOf } from "../inject/json.ts";
import type { Texts, TextsSource } from "../sources/texts-source.ts";
import { describeFailure, isNamespaceEnding, statusOf } from "./api-failure.ts";
import { copyOf, namespaceOf, secretWith, textsOf } from "./class-secret.ts";
import { FollowedList } from "./followed-list.ts";
import { inTime } from "./in-time.ts";

const PAGE = 100;
const SELECTOR = `metadata.name=${CLASSES_SECRET}`;

export interface ClassSecretsOptions {
  readonly config: KubeConfig;
  readonly clock: Clock;
  readonly ownNamespace: string;
  readonly onProblem: (message: string) => void;
}

/** What was read, for the write that follows. */
interface ReadCopy extends Copy {
  readonly secret: V1Secret;
}

export class ClassSecrets implements CopyStore, TextsSource {
  readonly #options: ClassSecretsOptions;
  readonly #api: CoreV1Api;
  readonly #followed: FollowedList;
  #copies: Map<string, Copy> | undefined;
  #source: Texts | undefined;
  #take: ((texts: Texts | undefined) => void) | undefined;
  #changed: ((namespace: string | undefined) => void) | undefined;

  constructor(options: ClassSecretsOptions) {
    const { config, clock, onProblem } = options;
    this.#options = options;
    this.#api = config.makeApiClient(CoreV1Api);
    this.#followed = new FollowedList({
      config,
      clock,
      onProblem,
      name: `Secrets ${CLASSES_SECRET}`,
      path: "/api/v1/secrets",
      fieldSelector: SELECTOR,
      list: (next) =>
        this.#api.listSecretForAllNamespaces({
          fieldSelector: SELECTOR,
          limit: PAGE,
          ...(next !== undefined && { _continue: next }),
        }),
      onList: (items) => this.#seeAll(items),
      onEvent: (type, object) => {
        const namespace = namespaceOf(object);
        this.#see(namespace, type === "DELETED" ? undefined : object);
        this.#changed?.(namespace);
      },
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
    if (this.ready) take(this.#source);
  }

  /** undefined: all were listed anew. */
  onCopy(changed: (namespace: string | undefined) => void): void {
    this.#changed = changed;
  }

  get ready(): boolean {
    return this.#copies !== undefined;
  }

  get(namespace: string): Copy | undefined {
    return this.#copies?.get(namespace);
  }

  namespaces(): Iterable<string> {
    return this.#copies?.keys() ?? [];
  }

  async read(namespace: string): Promise<ReadCopy | undefined> {
    try {
      const secret = await this.#call(this.#api.readNamespacedSecret({ name: CLASSES_SECRET, namespace }));
      return { ...copyOf(secret), secret };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw failure("read", namespace, error);
    }
  }

  async write(namespace: string, wanted: Wanted, over: Copy | undefined): Promise<"written" | "conflict" | "gone"> {
    const secret = over === undefined ? undefined : (over as ReadCopy).secret;
    try {
      const body = secretWith(wanted, secret);
      await this.#call(
        secret === undefined
          ? this.#api.createNamespacedSecret({ namespace, body })
          : this.#api.replaceNamespacedSecret({ namespace, name: CLASSES_SECRET, body }),
      );
      return "written";
    } catch (error) {
      const status = statusOf(error);
      if (isNamespaceEnding(error) || (status === 404 && secret === undefined)) return "gone";
      if (status === 409 || status === 404) return "conflict";
      throw failure("write", namespace, error);
    }
  }

  async newest(): Promise<Stamp> {
    const namespace = this.#options.ownNamespace;
    const [classes, settings] = await Promise.all([
      versionOf(this.#call(this.#api.readNamespacedSecret({ namespace, name: CLASSES_SECRET }))),
      versionOf(this.#call(this.#api.readNamespacedConfigMap({ namespace, name: SETTINGS_CONFIG_MAP }))),
    ]);
    return { classes, settings };
  }

  #call<T>(call: Promise<T>): Promise<T> {
    return inTime(this.#options.clock, call);
  }

  #seeAll(items: readonly object[]): void {
    this.#copies = new Map();
    this.#source = undefined;
    for (const item of items) this.#keep(namespaceOf(item), item);
    this.#take?.(this.#source);
    this.#changed?.(undefined);
  }

  #see(namespace: string, secret: object | undefined): void {
    this.#keep(namespace, secret);
    if (namespace === this.#options.ownNamespace) this.#take?.(this.#source);
  }

  #keep(namespace: string, secret: object | undefined): void {
    if (namespace === this.#options.ownNamespace) this.#source = secret === undefined ? undefined : textsOf(secret);
    else if (secret === undefined) this.#copies?.delete(namespace);
    else this.#copies?.set(namespace, copyOf(secret));
  }
}

/** Empty: there is no such object. */
async function versionOf(object: Promise<object>): Promise<string> {
  try {
    return stringOf(at(await object, "metadata", "resourceVersion"));
  } catch (error) {
    if (statusOf(error) === 404) return "";
    throw new Error(describeFailure(error), { cause: error });
  }
}

function failure(what: string, namespace: string, error: unknown): Error {
  return new Error(`cannot ${what} Secret ${namespace}/${CLASSES_SECRET}: ${describeFailure(error)}`, { cause: error });
}
