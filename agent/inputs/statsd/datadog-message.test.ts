import assert from "node:assert/strict";
import { test } from "node:test";

import { InfluxSerializer } from "../../formats/influx/serialize.ts";
import { readEvent, readServiceCheck } from "./datadog-message.ts";

const RECEIPT = { source: "10.0.0.9", timestampNs: 5_000_000_000n };

function text(line: string, source = RECEIPT.source): string | undefined {
  const receipt = { ...RECEIPT, source };
  const metric = line.startsWith("_e") ? readEvent(line, receipt) : readServiceCheck(line, receipt);
  return metric && new InfluxSerializer({ sortFields: true }).serialize(metric).body.toString().trim();
}

const GOOD: readonly (readonly [string, string])[] = [
  ["_e{1,2}:t|ab", 't,source=10.0.0.9 alert_type="info",priority="normal",text="ab" 5000000000'],
  ["_e{2,2}:é|ab", 'é,source=10.0.0.9 alert_type="info",priority="normal",text="ab" 5000000000'],
  ["_e{3,3}:a|b|c:d", 'a|b,source=10.0.0.9 alert_type="info",priority="normal",text="c:d" 5000000000'],
  [
    "_e{1,1}:t|a|d:21|s:x",
    't,source=10.0.0.9 alert_type="info",priority="normal",source_type_name="x",text="a",ts=21i 5000000000',
  ],
  ["_e{1,1}:t|a|#host:h", 't,source=h alert_type="info",priority="normal",text="a" 5000000000'],
  ["_e{1,1}:t|a|h:h|k:agg", 't,aggregation_key=agg,source=h alert_type="info",priority="normal",text="a" 5000000000'],
  ["_sc|n|0", 'statsd_service_check,check_name=n,source=10.0.0.9 status=0i,status_text="ok" 5000000000'],
  ["_sc|n|2|d:7", 'statsd_service_check,check_name=n,source=10.0.0.9 status=2i,status_text="critical" 7000000000'],
  [
    "_sc|n|3|zz|q|#a:b",
    'statsd_service_check,a=b,check_name=n,source=10.0.0.9 status=3i,status_text="unknown" 5000000000',
  ],
];
for (const [line, expected] of GOOD) test(line, () => assert.equal(text(line), expected));

test("without a known sender there is no source", () => {
  assert.equal(text("_sc|n|0", ""), 'statsd_service_check,check_name=n status=0i,status_text="ok" 5000000000');
});

const BAD = [
  "_e",
  "_e{1,1}",
  "_e:t|a",
  "_e{0,1}:|a",
  "_e{1,0}:t|",
  "_e{1,9}:t|a",
  "_e{-1,1}:t|a",
  "_e{999999999999,1}:t|a",
  "_e{x,1}:t|a",
  "_e{1,1}:t|a|t",
  "_e{1,1}:t|a|zz:1",
  "_sc|n",
  "_sc||0",
  "_sc|n|4",
  "_sc|n|-1",
  "_sc|n|x",
];
for (const line of BAD) test(`${line} is malformed`, () => assert.equal(text(line), undefined));
