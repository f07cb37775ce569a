import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, digestOf, type Copy, type Verdict } from "./copy.ts";
import { formatStamp, isOlder, parseStamp } from "./stamp.ts";

const stamp = (classes: number, settings = 1) => ({ classes: `${classes}`, settings: `${settings}` });
const copy = (texts: Record<string, string>, of = 5, managed = true): Copy => ({
  managed,
  stamp: stamp(of),
  digests: new Map(Object.entries(texts).map(([name, text]) => [name, digestOf(text)])),
});

const verdicts: readonly [what: string, Copy | undefined, kept: string[], texts: Record<string, string>, Verdict][] = [
  ["none yet", undefined, [], { a: "1" }, "create"],
  ["none yet, and nothing to put into it", undefined, ["b"], {}, "same"],
  ["as it should be", copy({ a: "1" }), [], { a: "1" }, "same"],
  ["as it should be, from older sources", copy({ a: "1" }, 3), [], { a: "1" }, "same"],
  ["as it should be, from newer sources", copy({ a: "1" }, 9), [], { a: "1" }, "same"],
  ["another text", copy({ a: "2" }), [], { a: "1" }, "update"],
  ["another text, from newer sources", copy({ a: "2" }, 9), [], { a: "1" }, "behind"],
  ["a class too many", copy({ a: "1", b: "2" }), [], { a: "1" }, "update"],
  ["a class that is broken now", copy({ a: "1", b: "2" }), ["b"], { a: "1" }, "same"],
  ["a class too few", copy({ a: "1" }), [], { a: "1", b: "2" }, "update"],
  ["all classes too many", copy({ a: "1" }), [], {}, "update"],
  ["somebody's own", copy({ a: "1" }, 5, false), [], { a: "1" }, "foreign"],
];
for (const [what, found, kept, texts, verdict] of verdicts) {
  test(`${what}: ${verdict}`, () => {
    const { digests } = copy(texts);
    const wanted = { texts: new Map(Object.entries(texts)), digests, kept: new Set(kept), stamp: stamp(5) };
    assert.equal(judge(found, wanted), verdict);
  });
}

const texts: readonly [text: string, classes: string, settings: string][] = [
  ["classes=12 settings=3", "12", "3"],
  ["classes= settings=3", "", "3"],
  ["settings=3", "", "3"],
  ["", "", ""],
  ["classes=x1 settings=3", "", "3"],
];
for (const [text, classes, settings] of texts) {
  test(`a stamp is read from "${text}"`, () => assert.deepEqual(parseStamp(text), { classes, settings }));
}

test("a stamp is read as it was written", () => {
  for (const each of [stamp(1, 2), { classes: "", settings: "7" }])
    assert.deepEqual(parseStamp(formatStamp(each)), each);
});

const ages: readonly [one: [string, string], other: [string, string], older: boolean][] = [
  [["9", "9"], ["10", "9"], true],
  [["10", "9"], ["9", "10"], true],
  [["10", "10"], ["9", "10"], false],
  [["9", "9"], ["9", "9"], false],
  [["", "9"], ["10", "9"], false],
  [["9", "9"], ["", "9"], false],
  [["9007199254740993", "1"], ["9007199254740994", "1"], true],
];
for (const [[classes, settings], [otherClasses, otherSettings], older] of ages) {
  test(`${classes}/${settings} is ${older ? "" : "not "}older than ${otherClasses}/${otherSettings}`, () => {
    assert.equal(isOlder({ classes, settings }, { classes: otherClasses, settings: otherSettings }), older);
  });
}
