import assert from "node:assert/strict";
import { test } from "node:test";
import { testCatalog as catalog } from "../inject/test-catalog.ts";
import { readSettings } from "../settings/read-settings.ts";
import { classesFor, mayUse } from "./authorise.ts";
import { isClassName } from "./class-name.ts";
import { loadClasses } from "./class-set.ts";
import { selects, type LabelRequirement } from "./label-selector.ts";

const GOOD = '[[outputs.file]]\nfiles = ["stdout"]\n';

test("one bad class never blocks the others", async () => {
  const files = new Map([
    ["good.toml", GOOD],
    ["secret", '[[outputs.influxdb]]\npassword = "$PASSWORD"\n'],
    ["typo", "[[outputs.file]]\nfils = 3\n"],
    ["broken", "[[outputs.file\n"],
    ["unknown", "[[outputs.nowhere]]\n"],
    ["../x", GOOD],
    ["x".repeat(64), GOOD],
  ]);
  const { classes } = await loadClasses(files, { catalog });
  const usable = [...classes.values()].filter(({ text }) => text !== undefined).map(({ name }) => name);
  assert.deepEqual(usable, ["good", "secret"]);
  for (const { text, problems } of classes.values()) assert.equal(text === undefined, problems.length > 0);
});

test("a class that becomes bad keeps its last good text, and says so", async () => {
  const previous = await loadClasses(new Map([["a", GOOD]]), { catalog });
  const { classes } = await loadClasses(new Map([["a", "[[outputs.file"]]), { catalog, previous });
  assert.equal(classes.get("a")?.text, GOOD);
  assert.equal(classes.get("a")?.problems[0]?.severity, "error");
  const gone = await loadClasses(new Map(), { catalog, previous });
  assert.equal(gone.classes.size, 0);
});

test("a namespace gets the classes it may use", async () => {
  const { settings } = readSettings(`
classes:
  prod: {namespaces: {matchLabels: {env: prod}}}
  mine: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
  all: {namespaces: {}}
`);
  assert.ok(settings !== undefined);
  const files = ["prod", "mine", "all", "other"].map((name): [string, string] => [name, GOOD]);
  const classes = await loadClasses(new Map([...files, ["bad", "["]]), { catalog });
  const of = (name: string, labels: Record<string, string>): string[] => [
    ...classesFor(classes, settings, { name, labels }).keys(),
  ];
  assert.deepEqual(of("shop", {}), ["mine", "all", "other"]);
  assert.deepEqual(of("pay", { env: "prod" }), ["prod", "all", "other"]);
  // The name is the API server's to tell, not a label's.
  assert.equal(mayUse(settings, "mine", { name: "pay", labels: { "kubernetes.io/metadata.name": "shop" } }), false);
});

const NAMES: readonly (readonly [name: string, good: boolean])[] = [
  ["prod", true],
  ["team-a.prod_1", true],
  ["x".repeat(63), true],
  ["x".repeat(64), false],
  ["", false],
  [".", false],
  ["..", false],
  ["a..b", false],
  ["../x", false],
  ["a/b", false],
  ["a\\b", false],
  ["-a", false],
  ["a.", false],
  ["a b", false],
  ["a\n", false],
  ["ä", false],
];

for (const [name, good] of NAMES) {
  test(`${JSON.stringify(name)} is ${good ? "a" : "no"} class name`, () => assert.equal(isClassName(name), good));
}

const REQUIREMENTS: readonly (readonly [LabelRequirement["operator"], string[], string | undefined, boolean])[] = [
  ["In", ["a", "b"], "a", true],
  ["In", ["a", "b"], "c", false],
  ["In", ["a"], undefined, false],
  ["NotIn", ["a"], "a", false],
  ["NotIn", ["a"], "b", true],
  ["NotIn", ["a"], undefined, true],
  ["Exists", [], "", true],
  ["Exists", [], undefined, false],
  ["DoesNotExist", [], undefined, true],
  ["DoesNotExist", [], "x", false],
];

for (const [operator, values, value, expected] of REQUIREMENTS) {
  test(`${operator} ${values.join("|")} of ${value ?? "no label"}: ${expected}`, () => {
    const labels: Record<string, string> = value === undefined ? {} : { key: value };
    const selector = { matchLabels: {}, matchExpressions: [{ key: "key", operator, values }] };
    assert.equal(selects(selector, labels), expected);
    assert.equal(selects({ ...selector, matchLabels: { constructor: "x" } }, labels), false);
  });
}
