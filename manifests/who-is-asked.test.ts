// Which pods the API server sends to the webhook, decided here as the API server would decide: no pod is sent twice, and
// none is forgotten. The CEL expression is only compared by its words; a real API server evaluates it in test/cluster.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { IMutatingWebhookConfiguration } from "kubernetes-models/admissionregistration.k8s.io/v1/MutatingWebhookConfiguration";
import type { IService } from "kubernetes-models/v1/Service";
import { type LabelRequirement, selects } from "../webhook/classes/label-selector.ts";
import {
  DEFAULT_NAMESPACE,
  EXCLUDED_NAMESPACES,
  INJECT_KEY,
  NAMESPACE_LABEL,
  NAMESPACE_LABEL_VALUE,
  PREFIX,
  TELEGRAF_PREFIX,
} from "../webhook/inject/contract.ts";
import { readYaml } from "./read-manifests.ts";

type Labels = Readonly<Record<string, string>>;

const configuration = readYaml("base/mutating-webhook-configuration.yaml")[0] as IMutatingWebhookConfiguration;
const service = readYaml("base/service.yaml")[0] as IService;
const entries = configuration.webhooks ?? [];

/** The entries whose selectors let a pod through; their matchConditions come after that. */
function entriesFor(namespace: string, namespaceLabels: Labels, podLabels: Labels): string[] {
  const named = { "kubernetes.io/metadata.name": namespace, ...namespaceLabels };
  return entries
    .filter((entry) => matches(entry.namespaceSelector, named) && matches(entry.objectSelector, podLabels))
    .map(({ name }) => name);
}

function matches(selector: (typeof entries)[number]["namespaceSelector"], labels: Labels): boolean {
  const matchExpressions = (selector?.matchExpressions ?? []).map(
    ({ key, operator, values }) => ({ key, operator, values: values ?? [] }) as LabelRequirement,
  );
  return selects({ matchLabels: selector?.matchLabels ?? {}, matchExpressions }, labels);
}

const enabled: Labels = { [NAMESPACE_LABEL]: NAMESPACE_LABEL_VALUE };
const yes: Labels = { [INJECT_KEY]: "true" };
const no: Labels = { [INJECT_KEY]: "false" };
const byNamespace = ["namespace.pilotfish.dev"];
const byPod = ["pod.pilotfish.dev"];

const cases: readonly [string, namespace: string, namespaceLabels: Labels, podLabels: Labels, expected: string[]][] = [
  ["a pod of a labelled namespace", "shop", enabled, {}, byNamespace],
  ["a pod that says yes, in a labelled namespace", "shop", enabled, yes, byNamespace],
  ["a pod that says no, in a labelled namespace", "shop", enabled, no, []],
  ["a pod of any other namespace", "shop", {}, {}, byPod],
  ["a pod that says yes, elsewhere", "shop", {}, yes, byPod],
  ["a pod that says no, elsewhere", "shop", {}, no, []],
  ["a namespace with another value", "shop", { [NAMESPACE_LABEL]: "disabled" }, {}, byPod],
  ...[...EXCLUDED_NAMESPACES, DEFAULT_NAMESPACE].flatMap((name): typeof cases => [
    [`a pod of ${name}, labelled`, name, enabled, yes, []],
    [`a pod of ${name}`, name, {}, yes, []],
  ]),
];

for (const [what, namespace, namespaceLabels, podLabels, expected] of cases) {
  test(`${what} goes to ${expected.join() || "nobody"}`, () => {
    assert.deepEqual(entriesFor(namespace, namespaceLabels, podLabels), expected);
  });
}

test("outside labelled namespaces a pod has to ask, by label or by annotation", () => {
  const conditions = entries.map(({ matchConditions }) => matchConditions?.map(({ expression }) => expression) ?? []);
  assert.equal(conditions[0]?.length, 0);
  assert.equal(conditions[1]?.length, 1);
  const [expression = ""] = conditions[1] ?? [];
  assert.ok(expression.includes(`object.metadata.labels['${INJECT_KEY}'] == 'true'`), expression);
  for (const prefix of [PREFIX, TELEGRAF_PREFIX]) assert.ok(expression.includes(`key.startsWith('${prefix}')`));
});

for (const entry of entries) {
  test(`${entry.name} can never stand in a pod's way`, () => {
    const { failurePolicy, matchPolicy, reinvocationPolicy, sideEffects, timeoutSeconds = 10 } = entry;
    assert.deepEqual(
      { failurePolicy, matchPolicy, reinvocationPolicy, sideEffects },
      { failurePolicy: "Ignore", matchPolicy: "Equivalent", reinvocationPolicy: "IfNeeded", sideEffects: "None" },
    );
    assert.ok(timeoutSeconds <= 5, `${timeoutSeconds} s`);
    assert.deepEqual(entry.admissionReviewVersions, ["v1"]);
    assert.deepEqual(entry.rules, [
      { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"], scope: "Namespaced" },
    ]);
  });

  test(`${entry.name} is reached through our service, with a bundle that the webhook fills in`, () => {
    const { clientConfig } = entry;
    assert.equal(clientConfig.caBundle, undefined);
    assert.deepEqual(clientConfig.service, {
      name: service.metadata?.name,
      namespace: DEFAULT_NAMESPACE,
      path: "/mutate",
      port: service.spec?.ports?.[0]?.port,
    });
  });
}
