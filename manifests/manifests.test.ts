// The base as a whole: every object is right for Kubernetes, the parts refer to each other, and the names are those of
// webhook/inject/contract.ts. Who is sent to the webhook is in who-is-asked.test.ts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import type { IClusterRole } from "kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole";
import type { IRoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding";
import type { IService } from "kubernetes-models/v1/Service";
import { schemaProblems } from "../test/support/kubernetes-schema.ts";
import {
  CLASSES_SECRET,
  DEFAULT_IMAGE,
  DEFAULT_NAMESPACE,
  INJECT_KEY,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  SETTINGS_CONFIG_MAP,
  SETTINGS_KEY,
  USER_ID,
  VERSION,
} from "../webhook/inject/contract.ts";
import { type Manifest, readManifests, readYaml } from "./read-manifests.ts";

interface Kustomization {
  readonly namespace: string;
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly generatorOptions: { readonly disableNameSuffixHash: boolean };
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
}

const base = readManifests("base");
const objects = base.flatMap(({ objects }) => objects);
const kustomization = readYaml("base/kustomization.yaml")[0] as Kustomization;
const clusterWide = new Set(["Namespace", "ClusterRole", "ClusterRoleBinding", "MutatingWebhookConfiguration"]);

function find<T>(kind: string): T {
  const found = objects.filter((object) => object.kind === kind);
  assert.equal(found.length, 1, `one ${kind} in the base`);
  return found[0] as T;
}

const deployment = find<IDeployment>("Deployment");
const template = deployment.spec?.template;
const pod = template?.spec;
const [container] = pod?.containers ?? [];
assert.ok(template !== undefined && pod !== undefined && container !== undefined);
const args = container.args ?? [];
const serviceAccountName: string = pod.serviceAccountName ?? "";

for (const folder of ["base", "examples"]) {
  for (const { file, objects } of readManifests(folder)) {
    test(`${folder}/${file}: Kubernetes knows every field`, async () => {
      for (const object of objects) assert.deepEqual(await schemaProblems(object), []);
    });
  }
}

test("one object a file, all of them in the kustomization", () => {
  for (const { file, objects } of base) assert.equal(objects.length, 1, file);
  assert.deepEqual([...kustomization.resources].toSorted(), base.map(({ file }) => file).toSorted());
});

test("everything is in our own namespace and carries our name", () => {
  assert.equal(kustomization.namespace, DEFAULT_NAMESPACE);
  assert.equal(find<Manifest>("Namespace").metadata.name, DEFAULT_NAMESPACE);
  for (const { kind, metadata } of objects) {
    assert.equal(metadata.namespace, clusterWide.has(kind) ? undefined : DEFAULT_NAMESPACE, kind);
    assert.equal(metadata.labels?.["app.kubernetes.io/name"], "pilotfish", kind);
  }
});

test("our own namespace enforces Pod Security restricted", () => {
  assert.equal(find<Manifest>("Namespace").metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
});

test("the version is the same everywhere", () => {
  const packageJson = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
    version: string;
  };
  assert.equal(packageJson.version, VERSION);
  assert.deepEqual(kustomization.images, [{ name: "pilotfish-webhook", newTag: VERSION }]);
  assert.equal(container.image, "pilotfish-webhook");
  assert.equal((readYaml("base/config.yaml")[0] as { image: string }).image, DEFAULT_IMAGE);
});

test("the selectors find the webhook's pods", () => {
  const labels = template.metadata?.labels ?? {};
  const selectors: readonly (readonly [string, Readonly<Record<string, string>> | undefined])[] = [
    ["Deployment", deployment.spec?.selector.matchLabels],
    ["Service", find<IService>("Service").spec?.selector],
    ["PodDisruptionBudget", find<IPodDisruptionBudget>("PodDisruptionBudget").spec?.selector?.matchLabels],
    ...(pod.topologySpreadConstraints ?? []).map(
      (constraint) => [constraint.topologyKey, constraint.labelSelector?.matchLabels] as const,
    ),
  ];
  assert.equal(selectors.length, 5);
  for (const [what, selector] of selectors) {
    assert.ok(selector !== undefined && Object.keys(selector).length > 0, `${what} has a selector`);
    for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value, `${what}: ${key}`);
  }
  assert.equal(labels[INJECT_KEY], "false");
});

test("the service and the probes lead to ports that the webhook listens on", () => {
  const listened = new Map(container.ports?.map(({ name, containerPort }) => [String(name), containerPort]));
  const [port] = find<IService>("Service").spec?.ports ?? [];
  assert.equal(port?.port, 443);
  assert.ok(args.includes(`--listen=:${listened.get(String(port.targetPort))}`), args.join(" "));
  assert.ok(args.includes(`--metrics-listen=:${listened.get("probes")}`), args.join(" "));
  assert.equal(template.metadata?.annotations?.["prometheus.io/port"], String(listened.get("probes")));

  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  assert.deepEqual(
    probes.map((probe) => probe?.httpGet),
    ["/healthz", "/healthz", "/readyz"].map((path) => ({ path, port: "probes" })),
  );
});

test("the webhook knows every option that it is given", () => {
  const main = readFileSync(join(import.meta.dirname, "../webhook/main.ts"), "utf8");
  const [command, ...options] = args;
  assert.ok(main.includes(`.command("${command}")`), command);
  for (const option of options) assert.ok(main.includes(`"${option.replace(/=.*/, "")} <`), option);
});

test("the webhook's pod would be admitted under Pod Security restricted", () => {
  assert.equal(pod.securityContext?.runAsNonRoot, true);
  assert.equal(pod.securityContext?.runAsUser, USER_ID);
  assert.equal(pod.securityContext?.seccompProfile?.type, "RuntimeDefault");
  const all: readonly IContainer[] = [...pod.containers, ...(pod.initContainers ?? [])];
  for (const { name, securityContext, resources } of all) {
    assert.equal(securityContext?.allowPrivilegeEscalation, false, name);
    assert.equal(securityContext?.readOnlyRootFilesystem, true, name);
    assert.deepEqual(securityContext?.capabilities?.drop, ["ALL"], name);
    assert.ok(resources?.requests?.["memory"] !== undefined && resources.limits?.["memory"] !== undefined, name);
  }
});

test("settings and classes are followed where they are, under the names that the webhook asks for", () => {
  const [generated] = kustomization.configMapGenerator;
  assert.deepEqual(generated, { name: SETTINGS_CONFIG_MAP, files: [SETTINGS_KEY] });
  assert.equal(kustomization.generatorOptions.disableNameSuffixHash, true);
  assert.ok(!args.some((arg) => /^--(config|classes)\b/.test(arg)), "a file would be read instead");
  assert.deepEqual([pod.volumes, container.volumeMounts], [undefined, undefined]);
});

test("the example of classes is the Secret that is followed", () => {
  const [secret] = readManifests("examples").find(({ file }) => file === "classes.yaml")?.objects ?? [];
  assert.deepEqual([secret?.metadata.name, secret?.metadata.namespace], [CLASSES_SECRET, DEFAULT_NAMESPACE]);
  assert.notEqual(secret?.metadata.labels?.[MANAGED_BY_LABEL], MANAGED_BY_VALUE, "that label is for copies");
});

test("rights: exactly these", () => {
  const rights = ["ClusterRole", "Role"].map((kind) =>
    (find<IClusterRole>(kind).rules ?? []).map(({ apiGroups = [], resources = [], resourceNames = [], verbs }) =>
      [...apiGroups, resources.join(), resourceNames.join(), verbs.join()].join(" | "),
    ),
  );
  assert.deepEqual(rights, [
    [
      " | namespaces |  | get,list,watch",
      "admissionregistration.k8s.io | mutatingwebhookconfigurations | pilotfish | get,list,watch,patch,update",
      ` | secrets | ${CLASSES_SECRET} | get,list,watch,update`,
      " | secrets |  | create",
      "events.k8s.io | events |  | create",
      "apps | replicasets |  | get",
      "batch | jobs |  | get",
    ],
    [
      " | secrets | pilotfish-certificates | get,update",
      " | secrets |  | create",
      ` | configmaps | ${SETTINGS_CONFIG_MAP} | get,list,watch`,
    ],
  ]);
});

test("every binding is of ours", () => {
  const roles = objects.filter(({ kind }) => kind === "Role" || kind === "ClusterRole");
  const bindings = objects.filter(({ kind }) => kind.endsWith("Binding")) as unknown as IRoleBinding[];
  assert.equal(bindings.length, roles.length);
  for (const { roleRef, subjects } of bindings) {
    assert.ok(
      objects.some(({ kind, metadata }) => kind === roleRef.kind && metadata.name === roleRef.name),
      `${roleRef.kind} ${roleRef.name}`,
    );
    assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: serviceAccountName, namespace: DEFAULT_NAMESPACE }]);
  }
  assert.equal(find<Manifest>("ServiceAccount").metadata.name, serviceAccountName);
});
