// Keeps the caBundle of our own webhook configuration equal to what we serve: at start, at rotation, and when anything
// else changed it (a GitOps tool, an older replica). Touches nothing else, and only entries named `….pilotfish.dev`.

import { AdmissionregistrationV1Api, PatchStrategy, setHeaderOptions, type KubeConfig } from "@kubernetes/client-node";
import type { Clock, Timer } from "../../certs/clock.ts";
import { at, listOf, stringOf } from "../inject/json.ts";
import { describeFailure } from "./api-failure.ts";
import { Backoff } from "../retry/backoff.ts";
import { FollowedList } from "./followed-list.ts";

const OWN_ENTRY = ".pilotfish.dev";

export interface CaBundleOptions {
  readonly config: KubeConfig;
  readonly clock: Clock;
  /** metadata.name of the MutatingWebhookConfiguration. */
  readonly name: string;
  /** Called before something foreign is overwritten: perhaps another replica rotated, and it is we who are behind. */
  readonly refresh: () => Promise<void>;
  readonly onWrite: (message: string) => void;
  readonly onProblem: (message: string) => void;
}

interface Entry {
  readonly index: number;
  readonly name: string;
  readonly caBundle: string;
}

export class CaBundle {
  readonly #options: CaBundleOptions;
  readonly #api: AdmissionregistrationV1Api;
  readonly #followed: FollowedList;
  readonly #backoff = new Backoff();
  #wanted: string | undefined;
  /** undefined: the configuration does not exist. */
  #entries: readonly Entry[] | undefined;
  #timer: Timer | undefined;
  #settling: Promise<void> | undefined;
  #again = false;
  #wasInPlace = false;
  #stopped = false;

  constructor(options: CaBundleOptions) {
    const { config, clock, name, onProblem } = options;
    this.#options = options;
    this.#api = config.makeApiClient(AdmissionregistrationV1Api);
    const fieldSelector = `metadata.name=${name}`;
    this.#followed = new FollowedList({
      config,
      clock,
      onProblem,
      name: `webhook configuration ${name}`,
      path: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
      fieldSelector,
      list: () => this.#api.listMutatingWebhookConfiguration({ fieldSelector }),
      onList: (items) => this.#see(items[0]),
      onEvent: (type, object) => this.#see(type === "DELETED" ? undefined : object),
    });
  }

  start(): void {
    this.#followed.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#followed.stop();
  }

  /** From now on this is what the API server shall trust. */
  want(bundle: string): void {
    this.#wanted = bundle;
    this.#settle();
  }

  /** The configuration, as last seen, carries the wanted bundle in all of our entries. */
  get inPlace(): boolean {
    return this.#entries !== undefined && this.#entries.length > 0 && this.#wrong().length === 0;
  }

  /**
   * It was in place once. What readiness asks: an older bundle still trusts us, so a rotation that cannot be written
   * down is a reason for an alarm, not for sending no pods at all to any replica.
   */
  get wasInPlace(): boolean {
    return this.#wasInPlace;
  }

  #see(object: object | undefined): void {
    const { name, onProblem } = this.#options;
    const had = this.#entries?.length;
    this.#entries = object === undefined ? undefined : ownEntries(object);
    if (this.#entries === undefined) {
      onProblem(`there is no MutatingWebhookConfiguration ${name}, so no pod is sent here: apply manifests/base`);
    } else if (this.#entries.length === 0 && had !== 0) {
      onProblem(
        `the MutatingWebhookConfiguration ${name} has no entry named *${OWN_ENTRY}: apply manifests/base again`,
      );
    }
    this.#settle();
  }

  #wrong(): readonly Entry[] {
    const wanted = this.#wanted;
    if (wanted === undefined) return this.#entries ?? [];
    return (this.#entries ?? []).filter(({ caBundle }) => !sameCertificates(caBundle, wanted));
  }

  /** One attempt at a time; what changes meanwhile is looked at right after. */
  #settle(): void {
    if (this.#settling !== undefined) {
      this.#again = true;
      return;
    }
    this.#timer?.cancel();
    this.#again = false;
    this.#settling = this.#attempt().finally(() => {
      this.#settling = undefined;
      if (this.#again && !this.#stopped) this.#settle();
    });
  }

  async #attempt(): Promise<void> {
    const { clock, name, onProblem, refresh } = this.#options;
    this.#wasInPlace ||= this.inPlace;
    if (this.#stopped || this.#wanted === undefined || this.#wrong().length === 0) return;
    try {
      if (this.#wrong().some(({ caBundle }) => caBundle !== "")) await refresh();
      await this.#write(this.#wrong());
      this.#backoff.reset();
    } catch (error) {
      onProblem(
        `cannot set the caBundle of MutatingWebhookConfiguration ${name}: ${describeFailure(error)}; trying again`,
      );
      if (!this.#stopped) this.#timer = clock.after(this.#backoff.nextMs(), () => this.#settle());
    }
  }

  async #write(wrong: readonly Entry[]): Promise<void> {
    const { name, onWrite } = this.#options;
    if (wrong.length === 0 || this.#wanted === undefined) return;
    const value = Buffer.from(this.#wanted).toString("base64");
    // The entries may have been reordered since we looked: each write is guarded by the entry's name.
    const patch = wrong.flatMap((entry) => [
      { op: "test", path: `/webhooks/${entry.index}/name`, value: entry.name },
      { op: "add", path: `/webhooks/${entry.index}/clientConfig/caBundle`, value },
    ]);
    const written = await this.#api.patchMutatingWebhookConfiguration(
      { name, body: patch, fieldManager: "pilotfish" },
      setHeaderOptions("Content-Type", PatchStrategy.JsonPatch),
    );
    this.#entries = ownEntries(written);
    this.#wasInPlace ||= this.inPlace;
    onWrite(`caBundle of ${wrong.map((entry) => entry.name).join(", ")} set`);
  }
}

function ownEntries(configuration: object): readonly Entry[] {
  return listOf(at(configuration, "webhooks"))
    .map((entry, index) => ({
      index,
      name: stringOf(at(entry, "name")),
      caBundle: Buffer.from(stringOf(at(entry, "clientConfig", "caBundle")), "base64").toString(),
    }))
    .filter(({ name }) => name.endsWith(OWN_ENTRY));
}

/** In whatever order: two replicas on both sides of a rotation would else overwrite each other. */
function sameCertificates(one: string, other: string): boolean {
  return sorted(one) === sorted(other);
}

function sorted(bundle: string): string {
  return bundle
    .split(/(?<=-----END CERTIFICATE-----)/)
    .map((pem) => pem.trim())
    .filter((pem) => pem !== "")
    .toSorted()
    .join("\n");
}
