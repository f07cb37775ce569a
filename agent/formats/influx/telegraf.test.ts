// Against recordings of a real Telegraf: see record-telegraf.ts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { InfluxParser } from "./parse.ts";
import { InfluxSerializer, type InfluxSerializerOptions } from "./serialize.ts";

interface Recording {
  readonly telegraf: string;
  readonly now: string;
  readonly cases: readonly {
    readonly input: string;
    readonly written: Readonly<Record<string, string>>;
    readonly error?: string;
  }[];
}

const text = readFileSync(new URL("testcases/telegraf.json", import.meta.url), "utf8");
const recording = JSON.parse(text) as Recording;

/** The same outputs as in the recorder. */
const OUTPUTS: Readonly<Record<string, Partial<InfluxSerializerOptions>>> = {
  default: {},
  unsigned: { uintSupport: true },
  sorted: { sortFields: true, omitTimestamp: true },
  short: { maxLineBytes: 60, uintSupport: true },
};

for (const { input, written, error } of recording.cases) {
  test(`as Telegraf ${recording.telegraf}: ${JSON.stringify(input.slice(0, 60))}`, () => {
    const parsed = new InfluxParser().parse(Buffer.from(input, "latin1"), BigInt(recording.now));
    const message = parsed.error && Buffer.from(parsed.error.message).toString("latin1");
    assert.equal(message, error);
    for (const [name, options] of Object.entries(OUTPUTS)) {
      const serializer = new InfluxSerializer(options);
      // One by one, as Telegraf's file output does.
      const bodies = (parsed.metrics ?? []).map((metric) => serializer.serialize(metric).body);
      assert.equal(Buffer.concat(bodies).toString("latin1"), written[name], name);
    }
  });
}
