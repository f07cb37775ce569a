// Pod Security "restricted": the injected pods are accepted and run, natively and classically seated.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAllArrives } from "./arrivals.ts";
import { barePod, deployment, ENABLED } from "./objects.ts";
import { agentOf, apply, dropNamespaces, makeNamespace, podsOf, ready, rolledOut, sentBy } from "./pods.ts";

const place = "e2e-restricted";

before(() =>
  makeNamespace(
    place,
    {
      ...ENABLED,
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
    },
    { "pilotfish.dev/interval": "1s" },
  ),
);
after(() => dropNamespaces(place));

test("pod-security enforce=restricted: a Deployment's injected pods are accepted without a warning, run and deliver", async () => {
  assert.equal(await apply(deployment({ name: "web", namespace: place })), "");
  await rolledOut(place, "deployment/web");
  const [pod] = await podsOf(place, "app=web");
  assert.ok(pod);
  assert.equal(agentOf(pod), "native");
  await assertAllArrives(pod.metadata.name, await sentBy(place, pod.metadata.name));
});

test("the same with pilotfish.dev/sidecar: classic", async () => {
  const annotations = { "pilotfish.dev/sidecar": "classic" };
  assert.equal(await apply(barePod({ name: "restricted-classic", namespace: place }, { annotations })), "");
  assert.equal(agentOf(await ready(place, "restricted-classic")), "classic");
  await assertAllArrives("restricted-classic", await sentBy(place, "restricted-classic"));
});
