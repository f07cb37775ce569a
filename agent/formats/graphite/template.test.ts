import assert from "node:assert/strict";
import { test } from "node:test";

import { TemplateEngine } from "./template.ts";

function apply(entries: readonly string[], name: string, joiner = "_"): string {
  const { name: measurement, field, tags } = new TemplateEngine(entries, joiner).apply(name);
  const pairs = [...tags].map(([key, value]) => `,${key}=${value}`).toSorted();
  return `${measurement}${pairs.join("")} ${field}`.trim();
}

// Expectations were compared with Telegraf 1.39.3.
const CASES: readonly { readonly entries: readonly string[]; readonly name: string; readonly result: string }[] = [
  { entries: [], name: "foo.bar-baz", result: "foo_bar-baz" },
  { entries: ["measurement.host"], name: "cpu.h1", result: "cpu,host=h1" },
  { entries: ["measurement.host"], name: "cpu", result: "cpu" },
  { entries: ["measurement.host"], name: "cpu.h1.more", result: "cpu,host=h1" },
  { entries: ["measurement..host"], name: "cpu.skip.h1", result: "cpu,host=h1" },
  { entries: [".measurement*"], name: "prod.cpu.idle", result: "cpu_idle" },
  { entries: ["measurement.field*"], name: "mem.used.bytes", result: "mem used_bytes" },
  { entries: ["measurement.field.field"], name: "mem.used.bytes", result: "mem used_bytes" },
  { entries: ["measurement.measurement.host"], name: "a.b.h", result: "a_b,host=h" },
  { entries: ["host.measurement.host"], name: "a.b.c", result: "b,host=a_c" },
  { entries: ["host.measurement host=pre"], name: "a.b", result: "b,host=pre_a" },
  { entries: ["measurement zone=eu,kind=d"], name: "a", result: "a,kind=d,zone=eu" },
  { entries: ["cpu.* measurement.host"], name: "cpu.h1", result: "cpu,host=h1" },
  { entries: ["cpu.* measurement.host"], name: "mem.h1", result: "mem_h1" },
  { entries: ["cpu.* measurement.host"], name: "cpu", result: "cpu" },
  { entries: ["cpu.idle measurement.field.x"], name: "cpu.idle.x", result: "cpu,x=x idle" },
  { entries: ["cpu.* host.measurement", "cpu.idle measurement.what"], name: "cpu.idle", result: "cpu,what=idle" },
  { entries: ["*.idle host.measurement", "cpu.used measurement.a"], name: "cpu.idle", result: "idle,host=cpu" },
  { entries: ["measurement*", "measurement.host"], name: "a.b", result: "a,host=b" },
  { entries: ["_ a_* host_measurement*"], name: "a_b_c", result: "b_c,host=a" },
  { entries: ["_ a_* host_measurement* t=v"], name: "a_b", result: "b,host=a,t=v" },
];

for (const { entries, name, result } of CASES) {
  test(`${JSON.stringify(entries)} ${name} -> ${result}`, () => assert.equal(apply(entries, name), result));
}

test("a bad entry is an error that names it", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["host.field", /no measurement specified for template "host.field"/],
    ["measurement*.field*", /measurement\* and field\*/],
    ["measurement a=b,c", /the tag "c" without a value/],
    [". a.* b measurement x=y", /too many parts/],
  ];
  for (const [entry, expected] of cases) assert.throws(() => new TemplateEngine([entry], "."), expected);
});
