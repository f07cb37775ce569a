// What holds for every pod, whoever made it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import jsonPatch from "fast-json-patch";
import { parseToml } from "../../agent/config/toml/parse.ts";
import { CONFIG_ANNOTATION, CONTAINER_NAME, STATUS_ANNOTATION, VOLUME_NAME } from "../inject/contract.ts";
import { at, listOf, member, stringOf } from "../inject/json.ts";
import { injectPod } from "../inject/inject-pod.ts";
import { admit } from "./admit.ts";
import { reasons } from "./reasons.ts";
import { knownWith, reviewOf } from "./test-known.ts";

type Json = Record<string, unknown>;

const known = knownWith();
const runs = { numRuns: 300 };

const name = fc.stringMatching(/^[a-z]{1,8}$/);
/** Fields that Kubernetes may add next year. Numbers as JSON has them: -0 would come back as 0. */
const extra = fc
  .dictionary(fc.stringMatching(/^x[A-Za-z/~]{0,6}$/), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

const container = fc.tuple(extra, name, extra).map(([before, name, after]): Json => ({ ...before, name, ...after }));
const list = fc.option(fc.array(container, { maxLength: 3 }), { nil: undefined });
const annotationKey = fc.oneof(
  fc.constantFrom(
    ..."plugins inputs class interval tags env.A env-field.A env-secret.A env-configmap.A env-secrets mounts cpu-request".split(
      " ",
    ),
    ..."cpu-limit memory-request memory-limit sidecar listen image log-level statsd.percentiles statsd.tags.a mem.x".split(
      " ",
    ),
  ),
  fc.stringMatching(/^[a-z][a-z.-]{0,20}[a-z]$/),
);
const annotations = fc.dictionary(
  annotationKey.map((key) => `pilotfish.dev/${key}`),
  fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("statsd", "a=b", "100m", "[[inputs.mem]]", "native", "x/y", "default"),
    fc.string({ maxLength: 300 }),
  ),
  { maxKeys: 4 },
);

const pod = fc
  .record({
    top: extra,
    metadata: extra,
    annotations: fc.option(fc.oneof(extra.map(texts), annotations), { nil: undefined }),
    spec: extra,
    containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    initContainers: list,
    volumes: list,
  })
  .map(({ top, metadata, annotations, spec, containers, initContainers, volumes }): Json => ({
    ...top,
    metadata: { ...metadata, ...(annotations && { annotations }) },
    spec: { ...spec, ...(volumes && { volumes }), containers, ...(initContainers && { initContainers }) },
  }));

function texts(value: Json): Json {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, JSON.stringify(one)]));
}

async function injected(
  given: Json,
): Promise<{ readonly after: Json; readonly reason: string; readonly changed: boolean }> {
  const { patch, reason } = await injectPod({ pod: given, namespace: "shop" }, known);
  const operations = structuredClone([...patch]) as jsonPatch.Operation[];
  const after = jsonPatch.applyPatch(structuredClone(given), operations, true).newDocument;
  return { after, reason, changed: patch.length > 0 };
}

test("all that was there before survives byte for byte", async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(pod, async (given) => {
      const { after, changed } = await injected(given);
      if (changed) changes += 1;
      const rest = changed ? withoutAgent(after, given) : after;
      assert.equal(JSON.stringify(rest), JSON.stringify(given));
    }),
    runs,
  );
  assert.ok(changes > runs.numRuns / 4, `only ${changes} pods were injected`);
});

/** Takes out exactly what we add; what else differs stays and fails the comparison. */
function withoutAgent(after: Json, before: Json): Json {
  const rest = structuredClone(after);
  const spec = rest["spec"] as Record<string, unknown[]>;
  for (const [list, ours] of [
    ["containers", CONTAINER_NAME],
    ["initContainers", CONTAINER_NAME],
    ["volumes", VOLUME_NAME],
  ] as const) {
    if (spec[list] === undefined) continue;
    spec[list] = spec[list].filter((one) => member(one, "name") !== ours);
    if (spec[list].length === 0 && at(before, "spec", list) === undefined) delete spec[list];
  }
  const metadata = rest["metadata"] as Record<string, Json>;
  delete metadata["annotations"]?.[CONFIG_ANNOTATION];
  delete metadata["annotations"]?.[STATUS_ANNOTATION];
  if (at(before, "metadata", "annotations") === undefined) delete metadata["annotations"];
  return rest;
}

test("injecting twice changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(pod, async (given) => {
      const first = await injected(given);
      fc.pre(first.changed);
      const second = await injected(first.after);
      assert.equal(second.reason, "already_injected");
      assert.equal(second.changed, false);
    }),
    runs,
  );
});

test("the agent satisfies Pod Security restricted, and asks for no more than its limit", async () => {
  await fc.assert(
    fc.asyncProperty(pod, async (given) => {
      const { after, changed } = await injected(given);
      fc.pre(changed);
      const all = [...listOf(at(after, "spec", "containers")), ...listOf(at(after, "spec", "initContainers"))];
      const agents = all.filter((one) => at(one, "name") === CONTAINER_NAME);
      assert.equal(agents.length, 1);
      const [agent] = agents;
      const context = at(agent, "securityContext");
      assert.equal(at(context, "allowPrivilegeEscalation"), false);
      assert.deepEqual(at(context, "capabilities"), { drop: ["ALL"] });
      assert.equal(at(context, "runAsNonRoot"), true);
      assert.ok(Number(at(context, "runAsUser")) > 0);
      assert.equal(at(context, "seccompProfile", "type"), "RuntimeDefault");
      assert.equal(at(context, "privileged"), undefined);
      for (const port of listOf(at(agent, "ports"))) assert.equal(at(port, "hostPort"), undefined);
      const volume = listOf(at(after, "spec", "volumes")).find((one) => at(one, "name") === VOLUME_NAME);
      assert.deepEqual(Object.keys(volume as object), ["name", "projected"]);
      assert.equal(
        new Set(listOf(at(agent, "env")).map((one) => at(one, "name"))).size,
        listOf(at(agent, "env")).length,
      );
    }),
    runs,
  );
});

test("no annotation breaks out of its TOML string: the config holds the tables of the status, and no others", async () => {
  await fc.assert(
    fc.asyncProperty(annotations, async (annotations) => {
      const { after, changed } = await injected({ metadata: { annotations }, spec: { containers: [{ name: "app" }] } });
      fc.pre(changed);
      const config = stringOf(at(after, "metadata", "annotations", CONFIG_ANNOTATION));
      const status = JSON.parse(stringOf(at(after, "metadata", "annotations", STATUS_ANNOTATION))) as Json;
      const { root, problems } = parseToml(config);
      assert.deepEqual(problems, []);
      const allowed = new Set(["global_tags", "agent", "inputs", "processors", "aggregators"]);
      for (const key of root.entries.keys()) assert.ok(allowed.has(key), key);
      const inputs = root.entries.get("inputs")?.value;
      assert.ok(inputs?.type === "table");
      assert.deepEqual([...inputs.entries.keys()].toSorted(), [...(status["plugins"] as string[])].toSorted());
    }),
    runs,
  );
});

const hostile: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  odd: fc.oneof(fc.constantFrom<unknown>(null, 0, "", "x", [], {}, [null], true), tie("pod")),
  pod: fc.record(
    {
      metadata: fc.oneof(
        tie("odd"),
        fc.record(
          {
            annotations: fc.oneof(
              tie("odd"),
              fc.dictionary(
                annotationKey.map((key) => `pilotfish.dev/${key}`),
                fc.jsonValue(),
              ),
            ),
            labels: tie("odd"),
            ownerReferences: tie("odd"),
          },
          { requiredKeys: [] },
        ),
      ),
      spec: fc.oneof(
        tie("odd"),
        fc.record(
          {
            containers: fc.oneof(tie("odd"), fc.array(tie("odd"))),
            initContainers: tie("odd"),
            volumes: tie("odd"),
            os: tie("odd"),
            nodeSelector: tie("odd"),
            hostNetwork: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  ),
})).pod;

test("any JSON as a pod is admitted, with warnings within the limits", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), hostile), async (object) => {
      const outcome = await admit(reviewOf(object), known);
      assert.equal(outcome.status, 200);
      assert.equal(at(outcome.body, "response", "allowed"), true);
      assert.equal(at(outcome.body, "response", "uid"), "u-1");
      assert.ok(
        outcome.reason !== undefined && outcome.reason !== "internal_error" && outcome.reason in reasons,
        outcome.message,
      );
    }),
    { numRuns: 1000 },
  );
});

test("warnings keep to Kubernetes' limits", async () => {
  const many = fc.dictionary(
    annotationKey.map((key) => `pilotfish.dev/${key}`),
    fc.string({ unit: "binary", maxLength: 400 }),
    { maxKeys: 80 },
  );
  await fc.assert(
    fc.asyncProperty(many, async (annotations) => {
      const { warnings } = await admit(reviewOf({ metadata: { annotations }, spec: { containers: [] } }), known);
      for (const warning of warnings) {
        assert.ok(warning.length <= 120 && warning.isWellFormed() && !/\p{Cc}/u.test(warning), warning);
      }
      assert.ok(warnings.reduce((sum, warning) => sum + Buffer.byteLength(warning), 0) <= 4096);
    }),
    runs,
  );
});
