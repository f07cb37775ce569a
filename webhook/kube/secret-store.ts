// The certificates in a Secret that all replicas share. Who writes must have read the newest: the API server compares
// resource versions and answers 409 to the slower one.

import { CoreV1Api, type KubeConfig, type V1Secret } from "@kubernetes/client-node";
import type { CertificateStore, Entries, Stored } from "../../certs/store.ts";
import { describeFailure, statusOf } from "./api-failure.ts";

export class SecretStore implements CertificateStore {
  readonly place: string;
  readonly #api: CoreV1Api;
  readonly #name: string;
  readonly #namespace: string;
  /** As it was read last, with the labels and owners that others gave it. */
  #read: V1Secret | undefined;

  constructor(config: KubeConfig, namespace: string, name = "pilotfish-certificates") {
    this.#api = config.makeApiClient(CoreV1Api);
    this.#name = name;
    this.#namespace = namespace;
    this.place = `Secret ${namespace}/${name}`;
  }

  async load(): Promise<Stored | undefined> {
    try {
      this.#read = await this.#api.readNamespacedSecret({ name: this.#name, namespace: this.#namespace });
    } catch (error) {
      if (statusOf(error) !== 404) throw this.#failure("read", error);
      this.#read = undefined;
      return undefined;
    }
    const data = Object.entries(this.#read.data ?? {});
    return {
      version: this.#read.metadata?.resourceVersion ?? "",
      entries: Object.fromEntries(data.map(([name, text]) => [name, Buffer.from(text, "base64").toString()])),
    };
  }

  async save(entries: Entries, expected: string | undefined): Promise<"saved" | "conflict"> {
    const [name, namespace] = [this.#name, this.#namespace];
    const encoded = Object.entries(entries).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    const data = Object.fromEntries(encoded) as Record<string, string>;
    try {
      if (expected === undefined) {
        const labels = { "app.kubernetes.io/name": "pilotfish" };
        await this.#api.createNamespacedSecret({
          namespace,
          body: { metadata: { name, labels }, type: "Opaque", data },
        });
      } else {
        if (this.#read?.metadata?.resourceVersion !== expected) return "conflict";
        this.#read.data = data;
        await this.#api.replaceNamespacedSecret({ name, namespace, body: this.#read });
      }
      return "saved";
    } catch (error) {
      // 404: deleted since it was read. Either way the next load tells what is there now.
      const status = statusOf(error);
      if (status === 409 || (status === 404 && expected !== undefined)) return "conflict";
      throw this.#failure("write", error);
    }
  }

  #failure(what: string, error: unknown): Error {
    return new Error(`cannot ${what} ${this.place}: ${describeFailure(error)}`, { cause: error });
  }
}
