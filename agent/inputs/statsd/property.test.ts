// The fast path gives what the readable one gives, on lines made to be nearly right; and nothing makes either crash.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { TemplateEngine } from "../../formats/graphite/template.ts";
import { pluginBench } from "../../../test/support/plugin-bench.ts";
import { LineParser } from "./line-parser.ts";
import { Rejections } from "./rejections.ts";
import { GROUP_COUNT } from "./series-kind.ts";
import { SeriesNaming } from "./series-naming.ts";
import { SeriesTable } from "./series-table.ts";

interface Shape {
  readonly datadog: boolean;
  readonly fastPath: boolean;
  readonly templates?: readonly string[];
}

class Side {
  readonly rejections = new Rejections(pluginBench().log);
  readonly messages: string[] = [];
  readonly table = new SeriesTable({
    deletes: Array.from({ length: GROUP_COUNT }, () => true),
    ttlMs: 0,
    percentiles: true,
    percentileLimit: 1000,
    random: () => 0,
  });
  readonly parser: LineParser;

  constructor({ datadog, fastPath, templates = [] }: Shape) {
    const naming = new SeriesNaming({
      templates: new TemplateEngine(templates, "_"),
      sanitize: false,
      convertNames: false,
      temporality: undefined,
    });
    this.parser = new LineParser({
      table: this.table,
      naming,
      rejections: this.rejections,
      datadog,
      keepContainer: datadog,
      distributions: datadog,
      fastPath,
      takeMessage: (line) => line.startsWith("_e") && this.messages.push(line) > 0,
    });
  }

  parse(data: Buffer): void {
    this.parser.parse(data.copy(this.parser.bytes));
  }

  /** All that can be seen of an interval, in a comparable order. */
  interval(): readonly string[] {
    const frozen = this.table.freeze();
    const lines = frozen.groups.flatMap(({ cells, values, statistics }) =>
      cells.map((cell, at) => {
        const { group, tags, field } = this.table.index.shape(cell);
        const name = this.table.index.name(cell);
        const timing = statistics[at];
        const value = timing === undefined ? values[at] : [timing.count, timing.mean, timing.sum, timing.median()];
        return JSON.stringify([group, name, tags, field, value, String(frozen.bigs.get(cell))]);
      }),
    );
    return lines.toSorted();
  }
}

const piece = fc.constantFrom(
  "a",
  "b.c",
  "a,x=1",
  "a,y=2,x=1",
  "é",
  "c",
  "_e{1,1}",
  "#t",
  " ",
  "\r",
  "\n",
  "\t",
  "\u00a0",
  "",
  ":",
  "|",
  "@",
  "#",
  ",",
  "=",
  "1",
  "-2",
  "+3",
  "0",
  "0.5",
  "1e3",
  "1.25",
  "-0.0",
  "123456789012345",
  "9007199254740993",
  "0.12345678901234567",
  "x1",
  "1_0",
  "0x1p-1",
  "inf",
  "nan",
  "c",
  "g",
  "ms",
  "s",
  "h",
  "d",
  "|c",
  "|g",
  "|ms",
  "|s",
  "|h",
  "|d",
  "|@0.1",
  "|@0.5",
  "|@2",
  "|@0",
  "|@x",
  "|#a:1",
  "|#a,b:2",
  "|#a:é",
  "|c:id",
  "|e:it",
  "|card:low",
  "|T123",
  ":1|c",
  ":2.5|ms",
  ":x|s",
  ":+1|g",
  ":3|h|@0.5",
  ":4|c|#a:1",
  ":1:2|ms",
  "a:1|c\n",
  "b:2|g\r\n",
  "\ud83d\ude00",
);
// Mostly whole lines, so that the common shape is met, and then spoilt.
const line = fc.oneof(
  { weight: 2, arbitrary: fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join("")) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom("a", "b.c", "a,x=1", "a.b.c", "c", "é", " a", "a b", "x|y"),
        fc.constantFrom(
          "1",
          "-2",
          "+3",
          "1.5",
          "0.12345678901234567",
          "1e2",
          "zz",
          "12345678901234567",
          "",
          "-",
          "1.",
          ".5",
        ),
        fc.constantFrom("c", "g", "ms", "s", "h", "d", "m", "cc", ""),
        fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join("")),
      )
      .map(([name, value, type, rest]) => `${name}:${value}|${type}${rest}`),
  },
);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.array(line, { maxLength: 6 }).map((lines) => Buffer.from(lines.join("\n")));

for (const shape of [
  { datadog: false },
  { datadog: true },
  { datadog: true, templates: ["measurement.field.host", "a.* host.measurement* k=v"] },
]) {
  test(`fast path and readable path agree: ${JSON.stringify(shape)}`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: bytes }), { maxLength: 6 }),
        (datagrams) => {
          const fast = new Side({ ...shape, fastPath: true });
          const odd = new Side({ ...shape, fastPath: false });
          // Twice: the second time all names are known.
          for (let round = 0; round < 2; round++) {
            for (const side of [fast, odd]) for (const datagram of datagrams) side.parse(datagram);
            assert.deepEqual(fast.interval(), odd.interval());
          }
          assert.deepEqual(fast.rejections.counters(), odd.rejections.counters());
          assert.deepEqual(fast.messages, odd.messages);
        },
      ),
      { numRuns: 1500 },
    );
  });
}
