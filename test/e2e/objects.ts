// What the tests apply: namespaces and workloads of the application. Pods hold no word about the agent unless a test says so.

import { NAMESPACE_LABEL, NAMESPACE_LABEL_VALUE } from "../../webhook/inject/contract.ts";
import { IMAGES, OURS } from "./fixtures.ts";

export type Texts = Readonly<Record<string, string>>;

export const ENABLED: Texts = { [NAMESPACE_LABEL]: NAMESPACE_LABEL_VALUE };

/** What Pod Security "restricted" asks of any pod. */
const container = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const pod = { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } };

export interface PodWishes {
  readonly labels?: Texts;
  readonly annotations?: Texts;
  /** Of application.ts. */
  readonly args?: readonly string[];
  readonly restartPolicy?: "Always" | "Never";
  readonly graceSeconds?: number;
}

/** A pod template with the application as its only container, `app`. */
export function template(wishes: PodWishes): { readonly metadata: object; readonly spec: object } {
  const { labels = {}, annotations, args = [], restartPolicy, graceSeconds = 20 } = wishes;
  return {
    metadata: { labels, ...(annotations && { annotations }) },
    spec: {
      ...(restartPolicy && { restartPolicy }),
      terminationGracePeriodSeconds: graceSeconds,
      securityContext: pod,
      containers: [
        { name: "app", image: IMAGES.application, imagePullPolicy: "IfNotPresent", args, securityContext: container },
      ],
    },
  };
}

export function namespace(name: string, labels: Texts = {}, annotations: Texts = {}): object {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { ...labels, [OURS]: "true" }, annotations },
  };
}

/** Of a pod that is called `name`, or that the API server gives a name when this ends with "-". */
export function barePod(place: { name: string; namespace: string }, wishes: PodWishes = {}): object {
  const { metadata, spec } = template(wishes);
  const { name, namespace } = place;
  const named = name.endsWith("-") ? { generateName: name } : { name };
  return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, ...named, namespace }, spec };
}

export function deployment(
  place: { name: string; namespace: string; replicas?: number },
  wishes: PodWishes = {},
): object {
  const { name, namespace, replicas = 1 } = place;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { replicas, ...selected(name, wishes) },
  };
}

/** Selector and template that belong together. */
export function selected(name: string, wishes: PodWishes = {}): object {
  return {
    selector: { matchLabels: { app: name } },
    template: template({ ...wishes, labels: { ...wishes.labels, app: name } }),
  };
}

export function job(place: { name: string; namespace: string }, wishes: PodWishes = {}): object {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: place,
    spec: { backoffLimit: 0, template: template({ restartPolicy: "Never", ...wishes }) },
  };
}
