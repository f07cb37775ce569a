// What the recorded pages of inputs.prometheus do not show: the reasons of refusals, and that no bytes make a parser throw.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";

import { goFloatShort } from "../go-float.ts";
import { metricsOfPage } from "./metrics-of-page.ts";
import type { ParsedPage } from "./page.ts";
import { parseOpenMetrics } from "./parse-openmetrics.ts";
import { parsePrometheusText } from "./parse-text.ts";

function outcome(parsed: ParsedPage): string {
  return "page" in parsed ? "accepted" : `${parsed.problem.line}: ${parsed.problem.reason}`;
}

/** Everything that a page becomes, in both layouts. */
function metricCount(parsed: ParsedPage): number {
  if (!("page" in parsed)) return 0;
  const [one, two] = ([1, 2] as const).map((version) => [
    ...metricsOfPage(parsed.page, { version, nowNs: 0n, ignoreTimestamp: false }),
  ]);
  return (one?.length ?? 0) + (two?.length ?? 0);
}

for (const [page, expected] of [
  ["a 1\n", "accepted"],
  ["a 1\nb", "2: the page ends within a line"],
  ["a 1\n\n-b 1\n", "3: invalid metric name"],
  ['a{b="1" c="2"} 1\n', '1: "," or "}" expected after a label'],
  ["a{b=1} 1\n", '1: a quoted value expected for the label "b"'],
  ['a{b="1} 1\n', '1: no end of the value of the label "b"'],
  ['a{b="1",\n', "1: the labels do not end"],
  ['a{="1"} 1\n', "1: a label has no name"],
  ["a{b} 1\n", '1: "=" expected after the label name "b"'],
  ['a{b="1",b="2"} 1\n', '1: second label of the name "b"'],
  ['a{__name__="1"} 1\n', '1: reserved label name "__name__"'],
  ['a{b="\\t"} 1\n', '1: unknown escape in the value of the label "b"'],
  ['{b="1"} 1\n', "1: a sample has no name"],
  ['{"a","b"} 1\n', '1: "=" expected after the label name "b"'],
  ['{"a.b"} 1\n', '1: invalid metric name "a.b"'],
  ["a 1 2 3\n", '1: something stands behind the timestamp of "a"'],
  ["a 1 9223372036854775808\n", '1: the timestamp of "a" is not a whole number: "9223372036854775808"'],
  ["a x\n", '1: the value of "a" is not a number: "x"'],
  ["# TYPE a b\n", '1: unknown metric type "b"'],
  ['# TYPE "a b\n', "1: invalid metric name after # TYPE"],
  ["# HELP a \\\n", '1: unknown escape in the help text of "a"'],
  ['# TYPE a summary\na{quantile="x"} 1\n', '2: the label "quantile" is not a number: "x"'],
] as const) {
  test(`classic ${JSON.stringify(page)}: ${expected}`, () => {
    assert.equal(outcome(parsePrometheusText(Buffer.from(page))), expected);
  });
}

for (const [page, expected] of [
  ["a 1\n# EOF\n", "accepted"],
  ["", "1: the page does not end with # EOF"],
  ["a 1\n", "1: the page does not end with # EOF"],
  ["a 1\n# EOF\n\n", "3: something stands behind # EOF"],
  ["# x\n# EOF\n", "1: HELP, TYPE, UNIT or EOF expected after #"],
  ["# TYPE a\n# EOF\n", '1: text expected after the name "a"'],
  ["# TYPE  a gauge\n# EOF\n", "1: metric name expected"],
  ['a{b="1" } 1\n# EOF\n', '1: "," or "}" expected after a label'],
  ['a{b= "1"} 1\n# EOF\n', "1: a label value is not quoted"],
  ["a\t1\n# EOF\n", '1: value of "a": one space and a number expected'],
  ["a 1 x\n# EOF\n", '1: timestamp of "a": not a number: "x"'],
  ["a 1 1e308\n# EOF\n", '1: timestamp of "a": not a time'],
  ["a 1 NaN\n# EOF\n", '1: timestamp of "a": not a time'],
  ["a 1 # x\n# EOF\n", '1: timestamp of "a": not a number: "#"'],
  ['a 1 # {b="c"} 1 2 3\n# EOF\n', '1: exemplar of "a": something stands behind the timestamp'],
] as const) {
  test(`OpenMetrics ${JSON.stringify(page)}: ${expected}`, () => {
    assert.equal(outcome(parseOpenMetrics(Buffer.from(page))), expected);
  });
}

function pageWith(labels: readonly string[]): Buffer {
  return Buffer.from(`a{${labels.join(",")}} 1\n`);
}

test("hundreds of labels are told apart, and a repeated one is found among them", () => {
  const labels = Array.from({ length: 500 }, (_, i) => `l${i}="v"`);
  assert.equal(outcome(parsePrometheusText(pageWith(labels))), "accepted");
  assert.match(outcome(parsePrometheusText(pageWith([...labels, 'l70="v"']))), /second label of the name "l70"/);
  assert.match(outcome(parsePrometheusText(pageWith([...labels, 'l499="v"']))), /second label of the name "l499"/);
});

const ALPHABET = ["a", "b", "_sum", "_count", "_bucket", "{", "}", '"', "\\", ",", "=", " ", "\t", "\n", "#", "le"];
const WORDS = [
  "# TYPE ",
  "# HELP ",
  "# UNIT ",
  "# EOF",
  "histogram",
  "summary",
  "counter",
  "stateset",
  "1",
  "-0",
  "NaN",
];
const soup = fc.array(fc.constantFrom(...ALPHABET, ...WORDS), { maxLength: 60 }).map((parts) => parts.join(""));

test("a label without a value is no tag", () => {
  const parsed = parsePrometheusText(Buffer.from('a{b="",c="x"} 1\n'));
  assert.ok("page" in parsed);
  const [metric] = metricsOfPage(parsed.page, { version: 1, nowNs: 0n, ignoreTimestamp: false });
  assert.equal(metric?.tagCount, 1);
  assert.equal(metric?.tag("c"), "x");
});

test("no bytes make a parser throw", () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    soup.map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      metricCount(parsePrometheusText(bytes));
      metricCount(parseOpenMetrics(bytes));
    }),
    { numRuns: 3000 },
  );
});

const RECORDED = join(import.meta.dirname, "../../inputs/prometheus/testcases");
const pages = readdirSync(RECORDED)
  .map((name) => readFileSync(join(RECORDED, name, "page")))
  .filter(({ length }) => length < 20_000);

test("no mutation of a recorded page makes a parser throw", () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(...pages),
      fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 4 }),
    )
    .map(([page, changes]) => changes.reduce<Buffer>((bytes, change) => mutate(bytes, change), page));
  fc.assert(
    fc.property(mutated, (bytes) => {
      metricCount(parsePrometheusText(bytes));
      metricCount(parseOpenMetrics(bytes));
    }),
    { numRuns: 2000 },
  );
});

function mutate(page: Buffer, [place, byte, how]: readonly [number, number, number]): Buffer {
  const at = page.length === 0 ? 0 : place % page.length;
  if (how === 0) return Buffer.concat([page.subarray(0, at), page.subarray(at + 1)]);
  if (how === 1) return Buffer.concat([page.subarray(0, at), Buffer.from([byte]), page.subarray(at)]);
  if (how === 2) return page.subarray(0, at);
  const copy = Buffer.from(page);
  if (copy.length > 0) copy[at] = byte;
  return copy;
}

const value = fc.oneof(fc.double({ noNaN: true }), fc.integer());
const labelValue = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const labelSet = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/), labelValue, { maxKeys: 5 });

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`));
}

test("what a page says arrives: values, labels with every escape, in both formats", () => {
  fc.assert(
    fc.property(labelSet, value, (labels, number) => {
      const block = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
      const text = goFloatShort(number);
      const line = `m{${block.join(",")}} ${text}\n`;
      for (const parsed of [parsePrometheusText(Buffer.from(line)), parseOpenMetrics(Buffer.from(`${line}# EOF\n`))]) {
        assert.ok("page" in parsed, outcome(parsed));
        const [metric] = metricsOfPage(parsed.page, { version: 1, nowNs: 7n, ignoreTimestamp: false });
        assert.equal(metric?.field("value"), number);
        assert.equal(metric?.timestampNs, 7n);
        assert.deepEqual(
          Array.from({ length: metric?.tagCount ?? 0 }, (_, i) => [metric?.tagKeyAt(i), metric?.tagValueAt(i)]),
          Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        );
      }
    }),
    { numRuns: 500 },
  );
});
