// Keeps the Secret `pilotfish-classes` in every namespace that wants it: labelled, injected into since we started, or
// holding a copy of ours already. Looks at what is, not at what happened: any event only means "look at that namespace".
// Not the API calls (webhook/kube/class-secrets.ts) and not what belongs into a copy (copy.ts).

import type { Clock } from "../../certs/clock.ts";
import type { NamespaceFacts } from "../admission/known.ts";
import { EXCLUDED_NAMESPACES, NAMESPACE_LABEL, NAMESPACE_LABEL_VALUE } from "../inject/contract.ts";
import { member } from "../inject/json.ts";
import { WorkQueue } from "../retry/work-queue.ts";
import { judge, wantedCopy, type Copy, type CopySources, type Wanted } from "./copy.ts";
import { isOlder, type Stamp } from "./stamp.ts";

/** The Secrets of that name, everywhere. */
export interface CopyStore {
  /** False until all were seen once. */
  readonly ready: boolean;
  /** As the watch saw it last. */
  get(namespace: string): Copy | undefined;
  namespaces(): Iterable<string>;
  /** As it is now; what `write` wants back. */
  read(namespace: string): Promise<Copy | undefined>;
  /** `over`: what was read; undefined: there was none. `gone`: the namespace ends or has ended. */
  write(namespace: string, wanted: Wanted, over: Copy | undefined): Promise<"written" | "conflict" | "gone">;
  /** The newest versions of the sources, asked for and not watched. */
  newest(): Promise<Stamp>;
}

export type CopyState = "synced" | "pending" | "foreign";

export interface ClassSyncOptions {
  readonly store: CopyStore;
  /** undefined: not all of it is known yet. */
  readonly sources: () => CopySources | undefined;
  readonly namespaces: {
    readonly ready: boolean;
    get(name: string): NamespaceFacts | undefined;
    names(): Iterable<string>;
  };
  readonly ownNamespace: string;
  readonly clock: Clock;
  readonly report: SyncReport;
}

export interface SyncReport {
  readonly written: (namespace: string, how: "created" | "updated", classes: readonly string[]) => void;
  readonly failed: (namespace: string, error: unknown) => void;
  /** A Secret of that name that is not ours is in the way. */
  readonly foreign: (namespace: string) => void;
  /** undefined: not one of ours any more. */
  readonly state: (namespace: string, state: CopyState | undefined) => void;
  readonly queueLength: (length: number) => void;
}

/** Namespaces worked on at the same time. */
const AT_ONCE = 4;
/** One namespace is not written more often, so that two replicas that disagree for a moment do not fight. */
const SPACING_MS = 1_000;
/** How often one attempt reads again because somebody else was faster. */
const RACES = 4;

export class ClassSync {
  readonly #options: ClassSyncOptions;
  readonly #queue: WorkQueue;
  readonly #injected = new Set<string>();
  readonly #writtenMs = new Map<string, number>();
  /** Where a Secret that is not ours was reported. */
  readonly #foreign = new Set<string>();

  constructor(options: ClassSyncOptions) {
    const { clock, report } = options;
    this.#options = options;
    this.#queue = new WorkQueue({
      clock,
      atOnce: AT_ONCE,
      work: (namespace) => this.#look(namespace),
      onLength: report.queueLength,
      onFailure: (namespace, error) => {
        report.state(namespace, "pending");
        report.failed(namespace, error);
      },
    });
  }

  /** Ends what is begun, so that a pod injected a moment ago does not wait for a class that nobody brings; at most so long. */
  async stop(mostMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(mostMs, late.resolve);
    await Promise.race([this.#queue.idle(), late.promise]);
    timer.cancel();
    this.#queue.stop();
  }

  /** Something about this namespace or its copy has changed. */
  touch(namespace: string): void {
    this.#queue.add(namespace);
  }

  /** The sources have changed, or much else. */
  touchAll(): void {
    const { store, namespaces } = this.#options;
    for (const name of new Set([...namespaces.names(), ...store.namespaces()])) this.#queue.add(name);
  }

  /** A pod got the agent there, really and not as a dry run. Returns at once. */
  injected(namespace: string): void {
    if (this.#injected.has(namespace)) return;
    this.#injected.add(namespace);
    this.#queue.add(namespace);
  }

  async #look(namespace: string): Promise<number | undefined> {
    const { store, sources, namespaces, report, clock } = this.#options;
    const now = sources();
    if (now === undefined || !store.ready || !namespaces.ready) return undefined;
    const facts = namespaces.get(namespace);
    if (facts === undefined) this.#forget(namespace);
    if (facts === undefined || !this.#wants(namespace, facts)) {
      report.state(namespace, undefined);
      return undefined;
    }
    const wanted = wantedCopy(now, { name: namespace, labels: facts.labels });
    const verdict = judge(store.get(namespace), wanted);
    if (verdict === "same" || verdict === "foreign") return this.#settled(namespace, verdict);
    report.state(namespace, "pending");
    const tooSoonMs = (this.#writtenMs.get(namespace) ?? -Infinity) + SPACING_MS - clock.nowMs();
    return tooSoonMs > 0 ? tooSoonMs : this.#bring(namespace, wanted);
  }

  async #bring(namespace: string, wanted: Wanted): Promise<undefined> {
    const { store, report, clock } = this.#options;
    for (let race = 0; race < RACES; race += 1) {
      const copy = await store.read(namespace);
      const verdict = judge(copy, wanted);
      if (verdict === "same" || verdict === "foreign") return this.#settled(namespace, verdict);
      if (verdict === "behind" && copy !== undefined) await this.#mustBeNewest(wanted.stamp, copy.stamp);
      const result = await store.write(namespace, wanted, copy);
      if (result === "gone") {
        report.state(namespace, undefined);
        return;
      }
      if (result === "written") {
        this.#writtenMs.set(namespace, clock.nowMs());
        report.written(namespace, copy === undefined ? "created" : "updated", [...wanted.texts.keys()]);
        return this.#settled(namespace, "same");
      }
    }
    throw new Error("somebody else keeps changing it");
  }

  /** A copy with a newer stamp than ours: either we are behind, or it came here from another cluster or a backup. */
  async #mustBeNewest(ours: Stamp, theirs: Stamp): Promise<void> {
    const newest = await this.#options.store.newest();
    if (isOlder(ours, newest) || !isOlder(newest, theirs)) {
      throw new Error("the copy is newer than what this replica has seen; waiting for the watch to catch up");
    }
  }

  #wants(namespace: string, { labels }: NamespaceFacts): boolean {
    if (namespace === this.#options.ownNamespace || EXCLUDED_NAMESPACES.includes(namespace)) return false;
    const labelled = member(labels, NAMESPACE_LABEL) === NAMESPACE_LABEL_VALUE;
    return labelled || this.#injected.has(namespace) || this.#options.store.get(namespace)?.managed === true;
  }

  #settled(namespace: string, verdict: "same" | "foreign"): undefined {
    const { report } = this.#options;
    report.state(namespace, verdict === "same" ? "synced" : "foreign");
    if (verdict === "same") this.#foreign.delete(namespace);
    else if (!this.#foreign.has(namespace)) {
      this.#foreign.add(namespace);
      report.foreign(namespace);
    }
  }

  #forget(namespace: string): void {
    this.#injected.delete(namespace);
    this.#writtenMs.delete(namespace);
    this.#foreign.delete(namespace);
  }
}
