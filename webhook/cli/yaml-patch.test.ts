import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import type { Operation } from "../inject/patch.ts";
import { applyPatch } from "./apply-patch.ts";
import { readManifests } from "./manifest.ts";
import { readYaml } from "./read-yaml.ts";

const ADD: readonly Operation[] = [
  { op: "add", path: "/metadata/annotations", value: {} },
  { op: "add", path: "/metadata/annotations/a~1b", value: "x: y\n[z]\n" },
  { op: "add", path: "/spec/list/-", value: { name: "new", value: "0o7", none: "null", on: "on", port: 1 } },
  { op: "add", path: "/spec/list/0", value: { name: "first" } },
];

const json = fc
  .jsonValue({ maxDepth: 3 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  // `<<` is a merge key in YAML 1.1: it would mean something else.
  .filter((value) => !/__proto__|<</.test(JSON.stringify(value)));

test("whatever a document holds, the new text reads as the patched data", () => {
  const manifest = fc.record({
    metadata: fc.record({ extra: json }),
    spec: fc.record({ list: fc.array(json), extra: json }),
  });
  const style = fc.record({ indent: fc.constantFrom(2, 4), indentSeq: fc.boolean(), flow: fc.boolean() });
  fc.assert(
    fc.property(manifest, style, (given, { flow, ...layout }) => {
      const value: unknown = JSON.parse(JSON.stringify(given));
      const options = { version: "1.1", ...layout, collectionStyle: flow ? "flow" : "any" } as const;
      const text = `# top\n${stringify(value, options)}`;
      const [document] = readManifests(text);
      assert.deepEqual(document?.value, value, "the text reads as what it was written from");
      const patches = [{ path: [], operations: ADD }];
      const patched = document?.patched(patches) ?? "";
      assert.deepEqual(readYaml(patched).toJS(), applyPatch(value, patches));
      assert.ok(patched.startsWith("# top\n"));
    }),
    { numRuns: 300 },
  );
});

const DOCUMENT = "metadata: {a: 1}\nspec:\n  # why\n  list:\n  - name: old # here\n";

function patched(text: string): string {
  return readManifests(text)
    .map((manifest) => manifest.patched([{ path: [], operations: ADD }]))
    .join("");
}

test("comments, order and the lists' indentation stay", () => {
  assert.equal(
    patched(DOCUMENT),
    `metadata:
  a: 1
  annotations:
    a/b: |
      x: y
      [z]
spec:
  # why
  list:
  - name: first
  - name: old # here
  - name: new
    value: "0o7"
    none: "null"
    "on": "on"
    port: 1
`,
  );
});

test("line ends of Windows stay", () => {
  const windows = patched(DOCUMENT.replaceAll("\n", "\r\n"));
  assert.equal(windows.replaceAll("\r\n", "\n"), patched(DOCUMENT));
  assert.ok(!/[^\r]\n/.test(windows));
});
