// What the README says of the manifests is what stands in them: objects, rights, files, and where Secrets are made.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { IClusterRole } from "kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole";
import { CLASSES_SECRET, DEFAULT_NAMESPACE, VERSION } from "../webhook/inject/contract.ts";
import { readManifests } from "./read-manifests.ts";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
const pages = [page, readFileSync(join(root, "README.md"), "utf8")];
const objects = readManifests("base").flatMap(({ objects }) => objects);

test("the table of rights is what both roles grant", () => {
  const granted = ["ClusterRole", "Role"].flatMap((kind) =>
    objects
      .filter((object) => object.kind === kind)
      .flatMap((role) => (role as unknown as IClusterRole).rules ?? [])
      .map(({ resources = [], resourceNames = [], verbs }) =>
        [kind, [...resources, ...resourceNames.map((name) => `\`${name}\``)].join(" "), verbs.join(", ")].join(" | "),
      ),
  );
  const rows = page.matchAll(/^\| ((?:Cluster)?Role) +\| (.+?) +\| (.+?) +\|/gm);
  assert.deepEqual(
    [...rows].map(([, ...cells]) => cells.join(" | ")),
    granted,
  );
});

test("every kind of the base is told", () => {
  for (const { kind } of objects) {
    assert.ok(page.includes(kind.endsWith("Binding") ? "two bindings" : kind), kind);
  }
});

test("the Secret with the classes is only ever made in our own namespace: elsewhere it would never be ours", () => {
  const commands = pages.flatMap((text) => text.split("\n")).filter((line) => /^kubectl .*create secret/.test(line));
  assert.ok(commands.length > 0);
  for (const command of commands) {
    assert.ok(command.startsWith(`kubectl -n ${DEFAULT_NAMESPACE} create secret generic ${CLASSES_SECRET} `), command);
  }
});

test("files that are named exist, and the version is this one", () => {
  for (const text of pages) {
    for (const [path] of text.matchAll(/manifests\/[\w/.-]*\w/g)) assert.ok(existsSync(join(root, path)), path);
    for (const [, version] of text.matchAll(/pilotfish-(?:agent|webhook):([\d.]+\d)/g)) assert.equal(version, VERSION);
  }
});
