import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { testCatalog as catalog } from "../inject/test-catalog.ts";
import { inject, type InjectOptions } from "./inject.ts";

const directory = mkdtempSync(join(tmpdir(), "pilotfish-inject-"));
after(() => rmSync(directory, { recursive: true }));

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app}]}\n";
const LABEL = { namespaceLabel: ["pilotfish.dev/injection=enabled"] };

async function run(input: string | Buffer, options: Partial<InjectOptions> = {}) {
  let out = "";
  let err = "";
  const io = {
    stdin: Readable.from([input]),
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    catalog,
  };
  const code = await inject({ files: ["-"], ...options }, io);
  return { code, out, err };
}

function file(name: string, text: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

test("standard input in, standard output out", async () => {
  const { code, out, err } = await run(POD, LABEL);
  assert.equal(code, 0);
  assert.match(out, /name: pilotfish-agent/);
  assert.match(err, /^Pod\/web in namespace default: injected: /);
});

test("what is not injected comes out byte for byte", async () => {
  for (const text of [
    POD,
    `\r\n${POD}`,
    "a:   1  # b\n\n\n---\nb: [ x]\n...\n",
    '{"kind":"Pod" , "a": 1.0}',
    "--- \n# only\n--- {a:  b}",
  ]) {
    assert.equal((await run(text)).out, text);
  }
});

test("twice is once", async () => {
  const once = (await run(POD, LABEL)).out;
  const twice = await run(once, LABEL);
  assert.equal(twice.out, once);
  assert.match(twice.err, /already_injected/);
});

test("JSON stays JSON", async () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers: [{ name: "app" }] } };
  const { out } = await run(JSON.stringify(pod), LABEL);
  assert.ok(!out.includes("\n"));
  assert.deepEqual(Object.keys(JSON.parse(out) as object), ["apiVersion", "kind", "metadata", "spec"]);
});

test("texts that Kubernetes' YAML 1.1 would read as something else are quoted", async () => {
  const pod = POD.replace(
    "{name: web}",
    '{name: web, annotations: {pilotfish.dev/env.A: "on", pilotfish.dev/env.B: "1:30", pilotfish.dev/env.C: "0o7"}}',
  );
  const { out } = await run(pod);
  assert.match(out, /value: ["']on["']/);
  assert.match(out, /value: ["']1:30["']/);
});

test("a template that is none is reported, not changed", async () => {
  const text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n";
  const { code, out, err } = await run(text, LABEL);
  assert.equal(code, 0);
  assert.equal(out, text);
  assert.match(err, /unsupported_object/);
});

for (const [label, reason] of [
  ["disabled", "not_selected"],
  ["enabled", "injected"],
] as const) {
  test(`a namespace of the input that says ${label}: its pod is ${reason}, whatever the flag says`, async () => {
    const own = `apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pilotfish.dev/injection: ${label}}}\n`;
    const flag = label === "enabled" ? "disabled" : "enabled";
    const { err } = await run(`${own}---\n${POD}`, { namespaceLabel: [`pilotfish.dev/injection=${flag}`] });
    assert.match(err, new RegExp(`^Pod/web in namespace default: ${reason}: `));
  });
}

for (const [what, texts, out] of [
  ["plain ones", ["a: 1\n", "b: 2\n"], "a: 1\n---\nb: 2\n"],
  ["without an end of line", ["a: 1", "b: 2"], "a: 1\n---\nb: 2"],
  ["with marks of their own", ["---\na: 1\n", "# b\n---\nb: 2\n"], "---\na: 1\n# b\n---\nb: 2\n"],
  ["with a directive", ["a: 1\n", "%YAML 1.1\n---\nb: 2\n"], "a: 1\n...\n%YAML 1.1\n---\nb: 2\n"],
  ["with byte order marks", ["\uFEFFa: 1\n", "\uFEFFb: 2\n"], "\uFEFFa: 1\n---\nb: 2\n"],
  ["JSON", ['{"a":1}', '{"b":2}'], '{"a":1}\n---\n{"b":2}'],
  ["an empty one among them", ["a: 1\n", "", "b: 2\n"], "a: 1\n---\nb: 2\n"],
  ["comments only, first", ["# a\n", "b: 2\n"], "# a\n---\nb: 2\n"],
] as const) {
  test(`several files, ${what}: one stream in their order`, async () => {
    const files = texts.map((text, index) => file(`part-${index}.yaml`, text));
    const result = await run("", { files });
    assert.deepEqual([result.code, result.out], [0, out]);
    const objects = parseAllDocuments(out.replace("\uFEFF", "")).map((document) => document.toJS() as unknown);
    assert.deepEqual(objects.at(-1), { b: 2 }, "other readers see the same");
  });
}

test("a namespace of one file counts for the pods of another", async () => {
  const own =
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pilotfish.dev/injection: enabled}}\n";
  const { err } = await run(POD, { files: ["-", file("namespace.yaml", own)] });
  assert.match(err, /^Pod\/web in namespace default: injected: /);
});

for (const [text, line] of [
  [
    "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}}",
    "Rollout/web: kind not known (argoproj.io/v1alpha1): unchanged\n",
  ],
  [
    "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g}}",
    "Gateway/g: kind not known (gateway.networking.k8s.io/v1): unchanged\n",
  ],
  [
    "{apiVersion: apps/v1, kind: Deploymnt, metadata: {name: web}}",
    "Deploymnt/web: kind not known (apps/v1): unchanged\n",
  ],
  ["{kind: Pod, metadata: {name: web}}", "Pod/web: kind not known (no apiVersion): unchanged\n"],
  ["{apiVersion: v1, kind: List, items: [{apiVersion: a.b/v1, kind: C}]}", "C/?: kind not known (a.b/v1): unchanged\n"],
  ["{a: 1}", "?/?: kind not known (no apiVersion): unchanged\n"],
  ["{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", ""],
  ["{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a}}", ""],
] as const) {
  test(`${text} is reported as ${line === "" ? "nothing" : line.trim()}`, async () => {
    const { code, out, err } = await run(text, LABEL);
    assert.deepEqual([code, out, err], [0, text, line]);
  });
}

const UNUSABLE: readonly (readonly [
  name: string,
  input: string | Buffer,
  options: Partial<InjectOptions>,
  code: number,
  err: RegExp,
])[] = [
  ["nothing", "", {}, 65, /holds no object/],
  ["only comments", "# a\n---\n", {}, 65, /holds no object/],
  ["broken YAML", "a: 1\n---\nb: [\n", {}, 65, /line \d: /],
  ["an alias without anchor", "a: *b\n", {}, 65, /neither YAML nor JSON/],
  ["a file that is not there", "", { files: [join(directory, "none")] }, 66, /cannot read -f/],
  ["a directory as file", "", { files: [directory] }, 66, /cannot read -f/],
  ["classes that are not there", POD, { classes: join(directory, "none") }, 66, /cannot read --classes/],
  ["settings that are not there", POD, { config: join(directory, "none") }, 66, /cannot read --config/],
  [
    "settings with a problem",
    POD,
    { config: file("bad.yaml", "imagee: x") },
    78,
    /line 1: imagee: .*did you mean image\?/,
  ],
  ["a text", "hello\n", {}, 65, /^pilotfish inject: - holds no object in document 1 \(line 1\) but a single value;/],
  ["a list", `# first\n---\n${POD}---\n- x\n`, {}, 65, /in document 2 \(line 7\) but a list/],
  ["a list in JSON", "[1]", {}, 65, /in document 1 \(line 1\) but a list/],
  [
    "the second of two files",
    POD,
    { files: ["-", file("text.yaml", "5")] },
    65,
    /text\.yaml holds no object in document 1/,
  ],
  ["what is not UTF-8", Buffer.from("a: \xff\n", "latin1"), {}, 65, /- is not UTF-8 text/],
  [
    "UTF-16",
    "",
    { files: [file("utf16.yaml", Buffer.from(`\uFEFF${POD}`, "utf16le"))] },
    65,
    /utf16\.yaml is not UTF-8/,
  ],
  [
    "settings that are not UTF-8",
    POD,
    { config: file("latin1", Buffer.from("image: \xff", "latin1")) },
    78,
    /latin1 is not/,
  ],
  ["standard input twice", POD, { files: ["-", "-"] }, 64, /-f - is given twice/],
  ["two files of nothing", "", { files: ["-", file("comments.yaml", "# a\n")] }, 65, /hold no object/],
  ["a label without a value", POD, { namespaceLabel: ["team"] }, 64, /is not k=v/],
];

for (const [name, input, options, code, err] of UNUSABLE) {
  test(`${name}: exit ${code}`, async () => {
    const result = await run(input, options);
    assert.equal(result.code, code);
    assert.equal(result.out, "");
    assert.match(result.err, err);
  });
}
