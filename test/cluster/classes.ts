// The Secrets with classes, the settings and the Events of a real cluster, as a person would look at them.

import { CLASSES_SECRET, DEFAULT_NAMESPACE, SETTINGS_CONFIG_MAP, SETTINGS_KEY } from "../../webhook/inject/contract.ts";
import { ask, eventually, get, kubectl } from "./kubectl.ts";

type Texts = Readonly<Record<string, string>>;

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid?: string };
}

/** A class that holds something nobody may read elsewhere. */
export function outputs(text: string): string {
  return `# ${text} hunter2\n[[outputs.file]]\n  files = ["stdout"]\n`;
}

export function applyClasses(stringData: Texts): Promise<string> {
  // Not `apply`: that would leave keys of an earlier state in `data`.
  const data = Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, btoa(text)]));
  return put({ kind: "Secret", metadata: { name: CLASSES_SECRET, namespace: DEFAULT_NAMESPACE }, data });
}

export function applySettings(text: string): Promise<string> {
  const metadata = { name: SETTINGS_CONFIG_MAP, namespace: DEFAULT_NAMESPACE };
  return put({ kind: "ConfigMap", metadata, data: { [SETTINGS_KEY]: text } });
}

/** Class name -> text; undefined: there is no such Secret. */
export async function textsIn(namespace: string, ...options: string[]): Promise<Texts | undefined> {
  const list = ["-n", namespace, "get", "secrets", `--field-selector=metadata.name=${CLASSES_SECRET}`, "-o", "json"];
  const { items } = JSON.parse(await kubectl([...list, ...options])) as { items: readonly { readonly data?: Texts }[] };
  const [secret] = items;
  if (secret === undefined) return undefined;
  const texts = Object.entries(secret.data ?? {}).map(([key, text]) => [key, atob(text)] as const);
  return Object.fromEntries(texts.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Waits for the first one. */
export async function eventsAbout(namespace: string, reason: string, name?: string): Promise<readonly Event[]> {
  return eventually(`an Event ${reason} about ${name ?? "anything"}`, async () => {
    const { items } = await get<{ items: readonly Event[] }>("events.events.k8s.io", "-n", namespace);
    const found = items.filter(
      (event) => event.reason === reason && (name ?? event.regarding.name) === event.regarding.name,
    );
    return found.length > 0 ? found : undefined;
  });
}

/** A Job as the CronJob controller would make it: with a controller, which `kubectl create job --from` leaves out. */
export async function runNow(namespace: string, cronJob: string, template: { readonly spec: object }): Promise<object> {
  const { metadata } = await get<{ metadata: { uid: string } }>("cronjob", cronJob, "-n", namespace);
  const owner = { apiVersion: "batch/v1", kind: "CronJob", name: cronJob, uid: metadata.uid, controller: true };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${cronJob}-1`, namespace, ownerReferences: [owner] },
    spec: template.spec,
  };
}

async function put(object: {
  readonly kind: string;
  readonly metadata: object;
  readonly data: Texts;
}): Promise<string> {
  const document = JSON.stringify({ apiVersion: "v1", ...object });
  const replaced = await ask(["replace", "-f", "-"], document);
  return replaced.ok ? replaced.stdout : kubectl(["create", "-f", "-"], document);
}
