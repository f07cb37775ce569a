// Keeps a server's certificate current: reads the store, renews what is due, tells those who serve and those who trust.
// Several keepers may share one store. Each checks it regularly, so all follow whoever renewed first.

import { advance, firstMaterial } from "./advance.ts";
import type { Clock, Timer } from "./clock.ts";
import { bundleOf, decodeMaterial, encodeMaterial, type Material } from "./material.ts";
import { nextDueMs, validityOf, type CertificatePolicy } from "./rotation.ts";
import type { CertificateStore, Stored } from "./store.ts";

/** What a server needs, all PEM. `bundle` is what its clients must trust. */
export interface Current {
  readonly certificate: string;
  readonly key: string;
  readonly bundle: string;
  readonly certificateEndsMs: number;
  readonly authorityEndsMs: number;
}

export interface KeeperOptions {
  readonly store: CertificateStore;
  readonly policy: CertificatePolicy;
  readonly clock: Clock;
  /** How often the store is read again, to notice what another keeper wrote. */
  readonly refreshMs?: number;
  /** Called with each new certificate or bundle, the first included. Must not throw. */
  readonly onChange?: (current: Current) => void;
  /** Told in a sentence about what went wrong and what follows from it. */
  readonly onProblem?: (message: string, cause?: unknown) => void;
}

const REFRESH_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
/** Conflicts are settled by reading the winner's; more in a row means that somebody writes without end. */
const MOST_CONFLICTS = 5;

export class CertificateKeeper {
  readonly #options: KeeperOptions;
  #material: Material | undefined;
  #current: Current | undefined;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #failures = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Undefined until the store was reached once. */
  get current(): Current | undefined {
    return this.#current;
  }

  /** Resolves after the first attempt; a store that cannot be reached is tried again until `stop`. */
  start(): Promise<void> {
    return this.check();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Reads the store and renews what is due, now. Never rejects. Calls that overlap share one run. */
  check(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      this.#publish(await this.#settle());
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      const { place } = this.#options.store;
      const meanwhile = this.#current === undefined ? "there is no certificate yet" : "the present one stays in use";
      this.#options.onProblem?.(`the certificates in ${place} cannot be kept up: ${meanwhile}, trying again`, error);
    }
    this.#schedule();
  }

  /** What the store holds in the end: as it was, renewed by us, or by whoever was faster. */
  async #settle(): Promise<Material> {
    const { store, policy, clock } = this.#options;
    for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
      const stored = await store.load();
      const known = this.#read(stored);
      const base = known ?? this.#material ?? (await firstMaterial(policy, clock.nowMs()));
      const next = await advance(base, policy, clock.nowMs());
      if (next === known) return known;
      if ((await store.save(encodeMaterial(next), stored?.version)) === "saved") return next;
    }
    throw new Error(`${MOST_CONFLICTS} conflicts in a row: something else keeps writing to ${store.place}`);
  }

  #read(stored: Stored | undefined): Material | undefined {
    if (stored === undefined || ("entries" in stored && Object.keys(stored.entries).length === 0)) return undefined;
    const material = "damage" in stored ? stored.damage : decodeMaterial(stored.entries);
    if (typeof material !== "string") return material;
    const from =
      this.#material === undefined ? "newly made ones; clients must be given the new bundle" : "those in use";
    this.#options.onProblem?.(
      `the certificates in ${this.#options.store.place} are damaged (${material}) and are replaced by ${from}. ` +
        `To keep the old ones instead, put a backup in their place and restart.`,
    );
    return undefined;
  }

  #publish(material: Material): void {
    this.#material = material;
    const bundle = bundleOf(material);
    const old = this.#current;
    if (old?.certificate === material.serving.certificate && old.bundle === bundle) return;
    this.#current = {
      certificate: material.serving.certificate,
      key: material.serving.key,
      bundle,
      certificateEndsMs: validityOf(material.serving.certificate).notAfterMs,
      authorityEndsMs: validityOf(material.authority.certificate).notAfterMs,
    };
    this.#options.onChange?.(this.#current);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(this.#delayMs(), () => void this.check());
  }

  #delayMs(): number {
    const { clock, policy, refreshMs = REFRESH_MS } = this.#options;
    if (this.#failures > 0) return Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), refreshMs);
    if (this.#material === undefined) return refreshMs;
    return Math.min(Math.max(nextDueMs(this.#material, policy) - clock.nowMs(), FIRST_RETRY_MS), refreshMs);
  }
}
