import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { testCatalog as catalog } from "../inject/test-catalog.ts";
import { inject, type InjectOptions } from "./inject.ts";

const directory = mkdtempSync(join(tmpdir(), "pilotfish-inject-"));
after(() => rmSync(directory, { recursive: true }));

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app}]}\n";
const LABEL = { namespaceLabel: ["pilotfish.dev/injection=enabled"] };

async function run(input: string, options: Partial<InjectOptions> = {}) {
  let out = "";
  let err = "";
  const io = {
    stdin: Readable.from([input]),
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    catalog,
  };
  const code = await inject({ file: "-", ...options }, io);
  return { code, out, err };
}

function file(name: string, text: string): string {
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
    "a:   1  # b\n\n\n---\n- x\n...\n",
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

const UNUSABLE: readonly (readonly [
  name: string,
  input: string,
  options: Partial<InjectOptions>,
  code: number,
  err: RegExp,
])[] = [
  ["nothing", "", {}, 65, /holds no object/],
  ["only comments", "# a\n---\n", {}, 65, /holds no object/],
  ["broken YAML", "a: 1\n---\nb: [\n", {}, 65, /line \d: /],
  ["an alias without anchor", "a: *b\n", {}, 65, /neither YAML nor JSON/],
  ["a file that is not there", "", { file: join(directory, "none") }, 66, /cannot read -f/],
  ["a directory as file", "", { file: directory }, 66, /cannot read -f/],
  ["classes that are not there", POD, { classes: join(directory, "none") }, 66, /cannot read --classes/],
  ["settings that are not there", POD, { config: join(directory, "none") }, 66, /cannot read --config/],
  [
    "settings with a problem",
    POD,
    { config: file("bad.yaml", "imagee: x") },
    78,
    /line 1: imagee: .*did you mean image\?/,
  ],
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
