// Follows a list of objects: list once, watch from there, list again when the watch fell too far behind (410 Gone), try
// again with growing pauses when the API server is away. Source: "Efficient detection of changes" in Kubernetes' API
// concepts. Not the client's own informer: that one stops at the first error.

import { Watch, type KubeConfig } from "@kubernetes/client-node";
import type { Clock, Timer } from "../../certs/clock.ts";
import { at, stringOf } from "../inject/json.ts";
import { describeFailure, statusOf } from "./api-failure.ts";
import { Backoff } from "../retry/backoff.ts";

interface ListPage {
  readonly metadata?: { readonly resourceVersion?: string; readonly _continue?: string };
  readonly items: readonly object[];
}

export interface FollowedListOptions {
  readonly config: KubeConfig;
  /** For messages: "namespaces". */
  readonly name: string;
  readonly path: string;
  readonly fieldSelector?: string;
  /** One page; `next` is the token of the page before. */
  readonly list: (next: string | undefined) => Promise<ListPage>;
  readonly clock: Clock;
  /** Everything there is now; whatever was known before and is not in it is gone. */
  readonly onList: (items: readonly object[]) => void;
  readonly onEvent: (type: "ADDED" | "MODIFIED" | "DELETED", object: object) => void;
  readonly onProblem: (message: string) => void;
}

/** The server ends a watch after this. The client ends it after 30 s of silence, which finds broken connections. */
const WATCH_SECONDS = 290;
/** A watch that ended sooner than this is counted as a failure: no tight loop. */
const SHORTEST_WATCH_MS = 1_000;

export class FollowedList {
  readonly #options: FollowedListOptions;
  readonly #watch: Watch;
  readonly #backoff = new Backoff();
  #resourceVersion: string | undefined;
  #request: AbortController | undefined;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: FollowedListOptions) {
    this.#options = options;
    this.#watch = new Watch(options.config);
  }

  start(): void {
    void this.#round();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#request?.abort();
  }

  async #round(): Promise<void> {
    const { clock, name, onProblem } = this.#options;
    const startedMs = clock.nowMs();
    const problem = await this.#listAndWatch();
    if (this.#stopped) return;
    if (problem !== undefined) onProblem(`cannot follow the ${name}: ${problem}; trying again`);
    const healthy = problem === undefined && clock.nowMs() - startedMs >= SHORTEST_WATCH_MS;
    if (healthy) this.#backoff.reset();
    this.#timer = clock.after(healthy ? 0 : this.#backoff.nextMs(), () => void this.#round());
  }

  /** Resolves when the watch has ended; with a sentence when that was not in order. */
  async #listAndWatch(): Promise<string | undefined> {
    try {
      this.#resourceVersion ??= await this.#listAll();
      await this.#watchOnce(this.#resourceVersion);
      return undefined;
    } catch (error) {
      // Silence: nothing happened, or nothing arrives any more. Connect anew, keep the place in the list.
      if (error instanceof Error && error.name === "TimeoutError") return undefined;
      if (statusOf(error) !== 410) return describeFailure(error);
      this.#resourceVersion = undefined;
      return undefined;
    }
  }

  async #listAll(): Promise<string> {
    const items: object[] = [];
    let next: string | undefined;
    let version = "";
    do {
      const page = await this.#options.list(next);
      items.push(...page.items);
      version = page.metadata?.resourceVersion ?? version;
      next = page.metadata?._continue || undefined;
    } while (next !== undefined);
    if (!this.#stopped) this.#options.onList(items);
    return version;
  }

  /** Resolves when the server ends the watch, rejects when it fails. */
  async #watchOnce(resourceVersion: string): Promise<void> {
    const { path, fieldSelector } = this.#options;
    const query = { resourceVersion, fieldSelector, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS };
    const ended = Promise.withResolvers<void>();
    // `done` may be called before the promise is awaited below.
    ended.promise.catch(() => undefined);
    let gone: Error | undefined;
    const event = (type: string, object: unknown): void => {
      if (type === "ERROR") gone = watchError(object);
      else this.#take(type, object);
    };
    const done = (error: unknown): void => {
      if (gone !== undefined || error instanceof Error) ended.reject(gone ?? error);
      else ended.resolve();
    };
    this.#request = await this.#watch.watch(path, query, event, done);
    if (this.#stopped) this.#request.abort();
    await ended.promise;
  }

  #take(type: string, object: unknown): void {
    if (this.#stopped || typeof object !== "object" || object === null) return;
    this.#backoff.reset();
    this.#resourceVersion = stringOf(at(object, "metadata", "resourceVersion")) || this.#resourceVersion;
    if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") this.#options.onEvent(type, object);
  }
}

/** An ERROR event carries a Status; its code is what a refused request would have had as HTTP status. */
function watchError(status: unknown): Error {
  const error = new Error(stringOf(at(status, "message")) || "the watch ended with an error");
  return Object.assign(error, { statusCode: at(status, "code") });
}
