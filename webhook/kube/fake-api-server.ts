// Stands in for the API server in tests: objects in collections with resource versions, optimistic concurrency, lists in
// pages, over one namespace or all, watches that a test can cut or declare too old. Only what webhook/kube asks for.

import { KubeConfig } from "@kubernetes/client-node";
import fastJsonPatch, { type Operation } from "fast-json-patch";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../certs/clock.ts";

export interface FakeObject {
  readonly metadata: { readonly name: string; resourceVersion?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

interface Watcher {
  readonly collection: string;
  /** metadata.name; undefined: all. */
  readonly selected: string | undefined;
  readonly response: ServerResponse;
}

/** A path that lists, not one that names an object. */
const COLLECTION = /^\/(?:api\/v1|apis\/[^/]+\/v1)\/(?:namespaces\/[^/]+\/)?[a-z]+$/;

/** Real time, but nobody waits long: what would take half a minute is over at once. */
export const hastyClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(delayMs, 5));
    return { cancel: () => clearTimeout(handle) };
  },
};

export class FakeApiServer {
  /** `METHOD path?query` of every request. */
  readonly requests: string[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #collections = new Map<string, Map<string, FakeObject>>();
  readonly #watchers = new Set<Watcher>();
  readonly #failures: { readonly pattern: RegExp; readonly status: number }[] = [];
  #version = 100;
  #port = 0;

  /** After a `stop` it comes back on the same port, with all its objects. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  get config(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: "fake", server: `http://127.0.0.1:${this.#port}`, skipTLSVerify: true },
      { name: "me", token: "t" },
    );
    return config;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** The next request whose `METHOD path` matches is answered with this status. */
  failNext(pattern: RegExp, status: number): void {
    this.#failures.push({ pattern, status });
  }

  get(collection: string, name: string): FakeObject | undefined {
    return this.#collections.get(collection)?.get(name);
  }

  all(collection: string): FakeObject[] {
    return [...(this.#collections.get(collection)?.values() ?? [])];
  }

  /** As another client would: watchers are told. */
  put(collection: string, object: FakeObject): FakeObject {
    const objects = this.#of(collection);
    const type = objects.has(object.metadata.name) ? "MODIFIED" : "ADDED";
    this.#version += 1;
    const namespace = /\/namespaces\/([^/]+)\/[a-z]+$/.exec(collection)?.[1];
    const copy = structuredClone(object);
    const metadata = { ...copy.metadata, ...(namespace !== undefined && { namespace }) };
    const stored = { ...copy, metadata: { ...metadata, resourceVersion: String(this.#version) } };
    objects.set(object.metadata.name, stored);
    this.#tell(collection, { type, object: stored });
    return stored;
  }

  delete(collection: string, name: string): void {
    const object = this.get(collection, name);
    this.#of(collection).delete(name);
    this.#version += 1;
    if (object !== undefined) object.metadata.resourceVersion = String(this.#version);
    if (object !== undefined) this.#tell(collection, { type: "DELETED", object });
  }

  /** Changes without a word to the watchers, as if the event had been lost with the connection. */
  silently(change: () => void): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    change();
    for (const watcher of watchers) this.#watchers.add(watcher);
  }

  /** Cuts every watch, or those whose path matches: `end` in order, `reset` like a broken network, `gone` with 410 as an event. */
  cutWatches(how: "end" | "reset" | "gone", of = /./): void {
    for (const watcher of this.#watchers) {
      if (!of.test(watcher.collection)) continue;
      const { response } = watcher;
      this.#watchers.delete(watcher);
      if (how === "gone") {
        response.end(
          JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, message: "too old" } }) + "\n",
        );
      } else if (how === "end") response.end();
      else response.destroy();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://fake");
    const method = request.method ?? "";
    this.requests.push(`${method} ${url.pathname}${url.search}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const failure = this.#failures.findIndex(({ pattern }) => pattern.test(`${method} ${url.pathname}${url.search}`));
    if (failure !== -1) {
      const [failed] = this.#failures.splice(failure, 1);
      status(response, failed?.status ?? 500, "as the test wished");
      return;
    }
    const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    if (url.searchParams.get("watch") === "true") this.#watch(url, response);
    else if (method === "POST") this.#create(url.pathname, body as FakeObject, response);
    else if (method === "GET" && COLLECTION.test(url.pathname)) this.#list(url, response);
    else this.#item(method, url.pathname, body, response);
  }

  #watch(url: URL, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    const watcher = { collection: url.pathname, selected: selectedName(url), response };
    this.#watchers.add(watcher);
    response.once("close", () => this.#watchers.delete(watcher));
  }

  #create(collection: string, object: FakeObject, response: ServerResponse): void {
    if (this.#of(collection).has(object.metadata.name)) status(response, 409, `${object.metadata.name} already exists`);
    else json(response, 201, this.put(collection, object));
  }

  #list(url: URL, response: ServerResponse): void {
    const selected = selectedName(url);
    const collections = [...this.#collections].filter(([path]) => covers(url.pathname, path));
    const all = collections
      .flatMap(([, objects]) => [...objects.values()])
      .filter(({ metadata }) => selected === undefined || metadata.name === selected);
    const from = Number(url.searchParams.get("continue") ?? 0);
    // Smaller than any client asks for, so that there are pages.
    const items = all.slice(from, from + 2);
    const more = from + 2 < all.length ? { continue: String(from + 2) } : {};
    json(response, 200, { kind: "List", metadata: { resourceVersion: String(this.#version), ...more }, items });
  }

  #item(method: string, path: string, body: unknown, response: ServerResponse): void {
    const cut = path.lastIndexOf("/");
    const [collection, name] = [path.slice(0, cut), path.slice(cut + 1)];
    const object = this.get(collection, name);
    if (object === undefined) {
      status(response, 404, `"${name}" not found`);
    } else if (method === "GET") {
      json(response, 200, object);
    } else if (method === "PUT") {
      const given = body as FakeObject;
      if (given.metadata.resourceVersion === object.metadata.resourceVersion) {
        json(response, 200, this.put(collection, given));
      } else status(response, 409, "the object has been modified; please apply your changes to the latest version");
    } else {
      this.#patch(collection, { object, operations: body as Operation[] }, response);
    }
  }

  #patch(
    collection: string,
    { object, operations }: { object: FakeObject; operations: Operation[] },
    response: ServerResponse,
  ): void {
    let patched: FakeObject;
    try {
      patched = fastJsonPatch.applyPatch(structuredClone(object), operations, true).newDocument;
    } catch {
      status(response, 422, "the patch does not apply");
      return;
    }
    json(response, 200, this.put(collection, patched));
  }

  #of(collection: string): Map<string, FakeObject> {
    let objects = this.#collections.get(collection);
    if (objects === undefined) this.#collections.set(collection, (objects = new Map()));
    return objects;
  }

  #tell(collection: string, event: { readonly type: string; readonly object: FakeObject }): void {
    const { name } = event.object.metadata;
    for (const watcher of this.#watchers) {
      const selects = watcher.selected === undefined || watcher.selected === name;
      if (selects && covers(watcher.collection, collection)) watcher.response.write(JSON.stringify(event) + "\n");
    }
  }
}

/** /api/v1/secrets is the Secrets of all namespaces. */
function covers(asked: string, collection: string): boolean {
  return asked === collection || asked === collection.replace(/\/namespaces\/[^/]+\//, "/");
}

function selectedName(url: URL): string | undefined {
  return /^metadata\.name=(.+)$/.exec(url.searchParams.get("fieldSelector") ?? "")?.[1];
}

function json(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function status(response: ServerResponse, code: number, message: string): void {
  json(response, code, { kind: "Status", apiVersion: "v1", status: "Failure", code, message });
}

/** Polls until `check` no longer throws; its last error after five seconds. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  const deadlineMs = Date.now() + 5_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
