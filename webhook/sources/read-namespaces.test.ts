import assert from "node:assert/strict";
import { test } from "node:test";
import { readNamespaces } from "./read-namespaces.ts";

const shop = "kind: Namespace\napiVersion: v1\nmetadata: {name: shop, labels: {a: b}, annotations: {c: d}}\n";

for (const [what, text, names] of [
  ["one document", shop, ["shop"]],
  ["several", `${shop}---\nkind: Namespace\nmetadata: {name: bar}\n`, ["shop", "bar"]],
  [
    "a List",
    "kind: List\nitems:\n- {kind: Namespace, metadata: {name: a}}\n- {kind: Namespace, metadata: {name: b}}\n",
    ["a", "b"],
  ],
  ["a NamespaceList of JSON", '{"kind":"NamespaceList","items":[{"kind":"Namespace","metadata":{"name":"a"}}]}', ["a"]],
  ["other kinds between", `kind: Service\nmetadata: {name: x}\n---\n${shop}`, ["shop"]],
  ["nothing", "", []],
  ["empty documents", "---\n---\n", []],
] as const) {
  test(`reads ${what}`, () => assert.deepEqual([...readNamespaces(text).keys()], names));
}

test("keeps labels and annotations that are texts, and adds the label of the name", () => {
  const facts = readNamespaces(
    "kind: Namespace\nmetadata: {name: shop, labels: {a: b, n: 1}, annotations: {c: d}}",
  ).get("shop");
  assert.deepEqual(facts, { labels: { "kubernetes.io/metadata.name": "shop", a: "b" }, annotations: { c: "d" } });
});

for (const [what, text, says] of [
  ["no YAML", "a: [", /not YAML/],
  ["a Namespace without a name", "kind: Namespace", /no metadata\.name/],
] as const) {
  test(`refuses ${what}`, () => assert.throws(() => readNamespaces(text), says));
}
