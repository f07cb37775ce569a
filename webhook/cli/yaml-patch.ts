// JSON Patch on a YAML document's tree, so that comments and order stay. What the tree cannot express (anchors shared by
// several places) is written anew from plain data: the result always equals the patch applied to the plain document.

import { isDeepStrictEqual } from "node:util";
import { Document, isCollection, isMap, isSeq, Scalar, visit, type Node, type ToStringOptions } from "yaml";
import type { Operation } from "../inject/patch.ts";
import { applyPatch, type Patch } from "./apply-patch.ts";
import { readYaml } from "./read-yaml.ts";

/** `text` is one document, `value` its plain form. */
export function patchYaml(text: string, value: unknown, patches: readonly Patch[]): string {
  const wanted = applyPatch(value, patches);
  const layout = layoutOf(text.replaceAll("\r\n", "\n"));
  const document = readYaml(text);
  for (const { path, operations } of patches) for (const operation of operations) apply(document, path, operation);
  let changed = document.toString(layout);
  if (!isDeepStrictEqual(readYaml(changed).toJS(), wanted)) changed = anew(text, wanted, layout);
  return text.includes("\r\n") ? changed.replaceAll(/\r?\n/g, "\r\n") : changed;
}

/** Comments inside are lost with the tree; those on top are kept. */
function anew(text: string, wanted: unknown, layout: ToStringOptions): string {
  const mark = text.startsWith("---") ? "---\n" : "";
  const top = /^(?:---[^\n]*\n)?((?:[ \t]*#[^\n]*\n|[ \t]*\n)*)/.exec(text)?.[1] ?? "";
  const document = new Document(wanted, { version: "1.1", aliasDuplicateObjects: false });
  quoteLikeNumbers(document.contents);
  return mark + top + document.toString(layout);
}

function apply(document: Document, path: readonly (string | number)[], { op, path: pointer, value }: Operation): void {
  // Tests were made on the plain document.
  if (op === "test") return;
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = parts.pop() ?? "";
  const parent: unknown = document.getIn([...path, ...parts], true);
  if (!isCollection(parent)) return;
  const node = document.createNode(value, { aliasDuplicateObjects: false });
  quoteLikeNumbers(node);
  openFlow(document, [...path, ...parts]);
  if (isMap(parent)) parent.set(last, node);
  else if (isSeq(parent)) parent.items.splice(last === "-" ? parent.items.length : Number(last), 0, node);
}

/** Readers of YAML differ in what looks like a number to them (0o7, 1_0, 1:30): such texts are quoted. */
function quoteLikeNumbers(node: Node | null): void {
  visit(node, {
    Scalar: (_key, scalar) => {
      const looksSo = typeof scalar.value === "string" && /^[-+.]?\d[-+.:\w]*$/.test(scalar.value);
      if (looksSo && !/^\d+([smh]|[KMGTPE]i?)$/.test(String(scalar.value))) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

/** `{ … }` and `[ … ]` on the way become blocks: what is added is too much for one line. */
function openFlow(document: Document, path: readonly (string | number)[]): void {
  for (let length = 0; length <= path.length; length++) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isCollection(node)) node.flow = false;
  }
}

/** Line width and list indentation as the file has them. */
function layoutOf(text: string): ToStringOptions {
  const indent = /^( +)\S/m.exec(text)?.[1]?.length ?? 2;
  // Lists below a key at the key's own column, as kubectl writes them.
  const indentSeq = !/^( *)(?:- +)?[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n\1- /m.test(text);
  const asWritten = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };
  return { ...asWritten, indent: Math.min(Math.max(indent, 1), 8), indentSeq, flowCollectionPadding: /\{ /.test(text) };
}
