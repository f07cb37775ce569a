import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "./read-settings.ts";
import { defaultsFor, defaultSettings } from "./settings.ts";

const WHOLE = `
image: registry.example.org/agent:2
telegrafImage: telegraf:1.39
defaults:
  class: prod.toml
  plugins: statsd, mem
  interval: 60s
  sidecar: classic
  resources: {requests: {cpu: 1}, limits: {memory: ""}}
  tags: {cluster: one, zone: 7}
  env:
    PLAIN: text
    NODE: {field: spec.nodeName}
    TOKEN: {secret: shared/token}
    REGION: {configmap: where/region}
classes:
  prod:
    namespaces:
      matchLabels: {env: prod}
      matchExpressions:
        - {key: team, operator: In, values: [a, b]}
        - {key: legacy, operator: DoesNotExist}
    allow: [outputs, inputs.tail]
    image: registry.example.org/agent:3
    tags: {class: prod}
    resources: {requests: {memory: 64Mi}}
  dev:
`;

test("a whole file", () => {
  const { settings, problems } = readSettings(WHOLE, { ...defaultSettings, ownNamespace: "mine" });
  assert.deepEqual(problems, []);
  assert.ok(settings !== undefined);
  assert.equal(settings.ownNamespace, "mine");
  assert.equal(settings.defaultClass, "prod");
  assert.equal(settings.telegrafImage, "telegraf:1.39");
  assert.deepEqual(settings.defaults.plugins, ["statsd", "mem"]);
  assert.deepEqual(settings.defaults.resources, {
    cpuRequest: "1",
    cpuLimit: "200m",
    memoryRequest: "30Mi",
    memoryLimit: "",
  });
  assert.deepEqual(
    [...settings.defaults.tags],
    [
      ["cluster", "one"],
      ["zone", "7"],
    ],
  );
  assert.deepEqual(settings.defaults.env.get("TOKEN"), { from: "secret", name: "shared", key: "token" });
  const prod = settings.classes.get("prod");
  assert.deepEqual({ ...prod?.namespaces?.matchLabels }, { env: "prod" });
  assert.equal(prod?.namespaces?.matchExpressions.length, 2);
  assert.deepEqual([...(prod?.allow ?? [])], ["outputs", "inputs.tail"]);
  assert.equal(settings.classes.get("dev")?.namespaces, undefined);
});

test("a class overrides single defaults and keeps the others", () => {
  const { settings } = readSettings(WHOLE);
  assert.ok(settings !== undefined);
  const prod = defaultsFor(settings, "prod");
  assert.equal(prod.image, "registry.example.org/agent:3");
  assert.deepEqual([...prod.tags.keys()], ["cluster", "zone", "class"]);
  assert.deepEqual([prod.resources.cpuRequest, prod.resources.memoryRequest], ["1", "64Mi"]);
  assert.equal(defaultsFor(settings, "dev").image, "registry.example.org/agent:2");
});

test("an empty file is the defaults", () => {
  for (const text of ["", "# nothing\n", "{}", "null"]) assert.deepEqual(readSettings(text).settings, defaultSettings);
});

const PROBLEMS: readonly (readonly [text: string, line: number, message: RegExp])[] = [
  ["a: [", 1, /./],
  ["- a", 1, /not a mapping/],
  ["imagee: x", 1, /"imagee" is not a key/],
  ["image: [x]", 1, /not a text/],
  ["\ndefaults:\n  intervall: 1s", 3, /"intervall" is not a key/],
  ["defaults:\n  interval: soon", 2, /"soon" is not a value of interval/],
  ["defaults: {interval: 0s}", 1, /"0s"/],
  ["defaults: {sidecar: both}", 1, /"both"/],
  ["defaults: {image: 'a b'}", 1, /"a b"/],
  ["defaults: {class: ../x}", 1, /not a class name/],
  ["defaults: {plugins: {statsd: 1}}", 1, /not a list/],
  ["defaults: {resources: {limits: {cpu: lots}}}", 1, /"lots"/],
  ["defaults: {resources: {limits: {gpu: 1}}}", 1, /"gpu" is not a key/],
  ["defaults: {resources: {limits: 3}}", 1, /not a mapping/],
  ["defaults: {tags: {a: [1]}}", 1, /not a text/],
  ["defaults: {env: {LD_PRELOAD: x}}", 1, /cannot be a variable/],
  ["defaults: {env: {A: {secret: x}}}", 1, /"x" is not understood/],
  ["defaults: {env: {A: {vault: x}}}", 1, /"vault" is not a key/],
  ["classes: [prod]", 1, /not a mapping/],
  ["classes: {../prod: {}}", 1, /not a class name/],
  ["classes:\n  prod:\n    allow: [everything]", 3, /"everything" cannot be allowed/],
  ["classes:\n  prod:\n    namespaces:", 3, /selector is empty/],
  ["classes: {prod: {namespaces: [shop]}}", 1, /not a mapping/],
  ["classes: {prod: {namespaces: {matchLabels: [a]}}}", 1, /not a mapping/],
  ["classes: {prod: {namespaces: {matchExpressions: {}}}}", 1, /not a list/],
  ["classes: {prod: {namespaces: {matchExpressions: [{key: a, operator: Is}]}}}", 1, /not a label requirement/],
  ["classes: {prod: {namespaces: {matchExpressions: [{key: a, operator: In}]}}}", 1, /not a label requirement/],
  ["classes: {prod: {namespaces: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}}}", 1, /not a label/],
];

for (const [text, line, message] of PROBLEMS) {
  test(`refused: ${JSON.stringify(text)}`, () => {
    const { settings, problems } = readSettings(text);
    assert.equal(settings, undefined);
    assert.match(problems[0]?.message ?? "", message);
    assert.equal(problems[0]?.line, line);
    assert.ok(problems.every(({ remedy }) => remedy !== ""));
  });
}

test("all problems are named, not only the first", () => {
  const { problems } = readSettings("imagee: x\ndefaults: {interval: soon, sidecar: both}\n");
  assert.deepEqual(problems.map(({ path }) => path).toSorted(), ["defaults.interval", "defaults.sidecar", "imagee"]);
});

test("a document that grows by aliases is refused", () => {
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [to, from] of [
    ["b", "a"],
    ["c", "b"],
    ["d", "c"],
    ["e", "d"],
    ["f", "e"],
  ]) {
    bomb.push(`${to}: &${to} [${`*${from},`.repeat(9)}]`);
  }
  assert.equal(readSettings(bomb.join("\n")).settings, undefined);
});
