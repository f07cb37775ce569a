// Whole outputs, a folder a case, through both ways in: the webhook's answer and the command line. UPDATE_GOLDENS=1
// writes them anew; read the difference then.
// input.yaml · classes/ · config.yaml · flags.json -> patch.json (what admit answers), injected.yaml, report.txt

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { test } from "node:test";
import jsonPatch from "fast-json-patch";
import { parseAllDocuments } from "yaml";
import { admit, type Known } from "../admission/admit.ts";
import { loadClasses, uncheckedClasses } from "../classes/class-set.ts";
import { at, isObject, listOf, stringOf } from "../inject/json.ts";
import type { Operation } from "../inject/patch.ts";
import { catalogWithout } from "../inject/test-catalog.ts";
import { readSettings } from "../settings/read-settings.ts";
import { defaultSettings } from "../settings/settings.ts";
import { readDirectory } from "../sources/read-directory.ts";
import { inject } from "./inject.ts";
import { namespacesIn, workloadsIn, type Workload } from "./workload.ts";

const folder = new URL("goldens/", import.meta.url);
const update = process.env["UPDATE_GOLDENS"] === "1";

for (const name of readdirSync(folder)) test(`golden ${name}`, () => run(new URL(`${name}/`, folder)));

interface Flags {
  readonly namespaceLabel?: readonly string[];
  readonly lacks?: readonly string[];
}

async function run(place: URL): Promise<void> {
  const path = (file: string): string => new URL(file, place).pathname;
  const flags: Flags = existsSync(path("flags.json"))
    ? (JSON.parse(readFileSync(path("flags.json"), "utf8")) as Flags)
    : {};
  const catalog = catalogWithout(...(flags.lacks ?? []));
  const namespaceLabel = flags.namespaceLabel ?? ["pilotfish.dev/injection=enabled"];
  const classes = existsSync(path("classes")) ? path("classes") : undefined;
  const config = existsSync(path("config.yaml")) ? path("config.yaml") : undefined;

  let out = "";
  let report = "";
  const options = {
    files: [path("input.yaml")],
    namespaceLabel,
    ...(classes && { classes }),
    ...(config && { config }),
  };
  const code = await inject(options, {
    stdin: Readable.from([]),
    out: (text) => (out += text),
    err: (text) => (report += text),
    catalog,
  });
  assert.equal(code, 0);

  const documents = plainDocuments(readFileSync(path("input.yaml"), "utf8"));
  const brought = new Map(documents.flatMap(namespacesIn).map((one) => [one.name, one]));
  const labels = Object.fromEntries(namespaceLabel.map((label) => label.split("=") as [string, string]));
  const known: Known = {
    namespace: (namespace) => brought.get(namespace) ?? { labels, annotations: {} },
    classes: classes === undefined ? uncheckedClasses : await loadClasses(await readDirectory(classes), { catalog }),
    settings:
      config === undefined ? defaultSettings : (readSettings(readFileSync(config, "utf8")).settings ?? defaultSettings),
    catalog,
  };
  const results = plainDocuments(out);
  const patches: unknown[] = [];
  for (const [index, document] of documents.entries()) {
    for (const workload of workloadsIn(document)) {
      const { reason, warnings, patch } = await throughWebhook(workload, known);
      patches.push({ pod: `${workload.kind}/${workload.name}`, reason, warnings, patch });
      const before = structuredClone(workload.pod);
      const after: unknown = jsonPatch.applyPatch(
        before,
        structuredClone([...patch]) as jsonPatch.Operation[],
        true,
      ).newDocument;
      const seen = workload.path.reduce<unknown>(
        (value, part) => (value as Record<string, unknown>)[part],
        results[index],
      );
      assert.deepEqual(seen, after, "both ways lead to the same pod");
      assert.ok(report.includes(`: ${reason}: `), "the report names the reason");
      for (const warning of warnings) assert.ok(report.includes(warning.replace("pilotfish: ", "")), warning);
    }
  }
  compare(path("patch.json"), `${JSON.stringify(patches, null, 2)}\n`);
  compare(path("injected.yaml"), out);
  compare(path("report.txt"), report);
}

async function throughWebhook(workload: Workload, known: Known) {
  const { pod: object, namespace } = workload;
  const kind = { group: "", version: "v1", kind: "Pod" };
  const request = { uid: "1", kind, operation: "CREATE", namespace, object };
  const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
  const outcome = await admit(structuredClone(review), known);
  assert.equal(outcome.status, 200);
  const response = at(outcome.body, "response");
  assert.equal(at(response, "allowed"), true);
  assert.equal(at(response, "uid"), "1");
  const text = Buffer.from(stringOf(at(response, "patch")), "base64").toString();
  const patch = (text === "" ? [] : listOf(JSON.parse(text))) as readonly Operation[];
  assert.equal(outcome.injected, patch.length > 0);
  return { reason: outcome.reason, warnings: outcome.warnings, patch };
}

function plainDocuments(text: string): readonly unknown[] {
  return parseAllDocuments(text, { version: "1.1" })
    .map((document): unknown => document.toJS())
    .filter((value) => isObject(value));
}

function compare(file: string, actual: string): void {
  if (update) writeFileSync(file, actual);
  else assert.equal(actual, readFileSync(file, "utf8"), `${file} differs; UPDATE_GOLDENS=1 writes it anew`);
}
