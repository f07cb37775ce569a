// The dialect, one document a line; against another parser on generated documents; and against noise.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { parse as oracle } from "smol-toml";
import { parseToml } from "./parse.ts";
import { serializeToml } from "./serialize.ts";
import { toData } from "./to-data.ts";
import type { TomlData } from "./value.ts";

type Data = { [key: string]: TomlData };

suite("what the dialect accepts", () => {
  const cases: [name: string, text: string, expected: Data][] = [
    ["pairs on the header's line", '[agent] interval="10s" debug = true', { agent: { interval: "10s", debug: true } }],
    ["several pairs a line", "[a]\nx = 1 y = 2\tz = 3", { a: { x: 1n, y: 2n, z: 3n } }],
    ["a pair directly behind a quote", 'x="1"y="2"', { x: "1", y: "2" }],
    ["carriage return alone", "a = 1\rb = 2\r[c]\rd = 3", { a: 1n, b: 2n, c: { d: 3n } }],
    ["mixed line ends", "a = 1\r\nb = 2\nc = 3\rd = 4", { a: 1n, b: 2n, c: 3n, d: 4n }],
    ["a comment ends with CR", "# x\ra = 1", { a: 1n }],
    ["comments in a list", 'a = [ # one\n "x", # two\r\n # three\r "y" # four\n]', { a: ["x", "y"] }],
    ["a list with a trailing comma", "a = [1, 2,]", { a: [1n, 2n] }],
    ["a list without commas", "a = [90 95\n99]", { a: [90n, 95n, 99n] }],
    ["a list of mixed types", 'a = [1, 2.5, "x", true]', { a: [1n, 2.5, "x", true] }],
    ["an inline table with a trailing comma", "a = { x = 1, y = 2, }", { a: { x: 1n, y: 2n } }],
    ["an inline table without commas", 'a = {x = "1" y = 2}', { a: { x: "1", y: 2n } }],
    ["a list over lines inside an inline table", "a = { x = [1,\n2] }", { a: { x: [1n, 2n] } }],
    ["the escape of a slash", String.raw`a = "http:\/\/x"`, { a: "http://x" }],
    ["escapes", String.raw`a = "\t\"\\é\U0001F600\x41"`, { a: '\t"\\é😀A' }],
    ["a literal string", String.raw`a = 'C:\n "x"'`, { a: String.raw`C:\n "x"` }],
    ["a multi-line string", 'a = """\none\ntwo \\\n   three"""', { a: "one\ntwo three" }],
    ["blanks behind a line's backslash", 'a = """x\\ \t\n  y"""', { a: "xy" }],
    ["quotes before the closing ones", 'a = """"x"""""\nb = 1', { a: '"x""', b: 1n }],
    ["a multi-line literal string", "a = '''\n# no comment\n\\n'''", { a: "# no comment\n\\n" }],
    ["a hash inside a string", 'a = "x # y" # z', { a: "x # y" }],
    [
      "numbers",
      "a = 1_000\nb = -0\nc = 1e3\nd = 0x1F\ne = 0o17\nf = 0b11\ng = -1.5",
      {
        a: 1000n,
        b: 0n,
        c: 1000,
        d: 31n,
        e: 15n,
        f: 3n,
        g: -1.5,
      },
    ],
    ["64-bit integers", "a = 9223372036854775807\nb = -9223372036854775808", { a: 2n ** 63n - 1n, b: -(2n ** 63n) }],
    ["dates", "a = 1979-05-27T07:32:00Z\nb = 1979-05-27", { a: "1979-05-27T07:32:00Z", b: "1979-05-27" }],
    ["quoted keys", "\"a b\" = 1\n'c.d' = 2", { "a b": 1n, "c.d": 2n }],
    ["dotted keys", 'a.b = 1\na . "c" = 2', { a: { b: 1n, c: 2n } }],
    ["a key that looks like a number", "[inputs.x]\n1 = 2", { inputs: { x: { "1": 2n } } }],
    ["blanks in a header", "[ a . b ]\nc = 1", { a: { b: { c: 1n } } }],
    [
      "the same sub-table below each instance",
      "[[x]]\n[x.t]\na=1\n[[x]]\n[x.t]\na=2",
      {
        x: [{ t: { a: 1n } }, { t: { a: 2n } }],
      },
    ],
    ["a table after its sub-table", "[a.b]\nx=1\n[a]\ny=2", { a: { b: { x: 1n }, y: 2n } }],
    [
      "keys after a sub-table belong to it",
      "[[o.h]]\n[o.h.headers]\na='b'\ntaginclude=['x']",
      {
        o: { h: [{ headers: { a: "b", taginclude: ["x"] } }] },
      },
    ],
    ["a byte order mark", "\uFEFFa = 1", { a: 1n }],
    ["no end of line", "[[inputs.mem]]", { inputs: { mem: [{}] } }],
    ["nothing", "  \n # only a comment", {}],
    [
      "a key of an object's prototype",
      "__proto__ = 1\nconstructor = 2",
      Object.fromEntries([
        ["__proto__", 1n],
        ["constructor", 2n],
      ]),
    ],
  ];
  for (const [name, text, expected] of cases) {
    test(name, () => {
      const { root, problems } = parseToml(text);
      assert.deepEqual(problems, []);
      assert.deepEqual(toData(root), expected);
    });
  }
});

suite("what it refuses, all at once", () => {
  const cases: [name: string, text: string, problems: string[], rest?: Data][] = [
    [
      "a key twice names both lines",
      "[a]\nx = 1\nx = 2",
      ['3:1 the key "x" is already set in line 2'],
      { a: { x: 1n } },
    ],
    ["a table twice", "[a]\n[b]\n[a]\nx=1", ['3:1 the table "a" is in conflict with line 1'], { a: {}, b: {} }],
    ["a list of tables after a table", "[a]\n[[a]]", ['2:1 the table "a" is in conflict with line 1']],
    ["a table after a list of tables", "[[a]]\n[a]", ['2:1 the table "a" is in conflict with line 1']],
    ["a table below a value", "a = 1\n[a.b]", ['2:1 the table "a.b" is in conflict with line 1']],
    ["a table into an inline table", "a = {x=1}\n[a.b]", ['2:1 the table "a.b" is in conflict with line 1']],
    ["the same sub-table twice", "[[x]]\n[x.t]\n[x.t]", ['3:1 the table "x.t" is in conflict with line 2']],
    ["a missing value", "a =\nb = 2", ["1:4 the value is missing"], { b: 2n }],
    ["a missing =", "a 1\nb = 2", ["1:3 an = is missing after the key"], { b: 2n }],
    [
      "text without quotes",
      "a = hello\nb = 2",
      ["1:5 the value is neither quoted, nor a number, true or false"],
      { b: 2n },
    ],
    ["a variable without quotes", "a = $N\nb = 2", ["1:5 a variable without quotes has no value here"], { b: 2n }],
    ["a string that is not closed", 'a = "x\nb = 2', ["1:5 the string is not closed on its line"], { b: 2n }],
    [
      "a multi-line string that is not closed",
      'a = """x\nb = 2',
      ["1:5 the multi-line string is not closed"],
      { b: 2n },
    ],
    ["a list that is not closed", 'a = ["x"\nb = 2', ["2:1 the list is not closed before this"], { b: 2n }],
    [
      "a list that is not closed before a header",
      'a = ["x",\n[[b]]\nc=1',
      ["2:3 the value is neither quoted, nor a number, true or false"],
      { b: [{ c: 1n }] },
    ],
    ["a list that is not closed at the end", 'a = ["x",\n"y"', ["1:5 the list is not closed"], {}],
    [
      "an inline table over lines",
      "a = { x = 1\n}\nb = 2",
      ["1:5 the inline table is not closed on its line", "2:1 a key is missing here"],
      { b: 2n },
    ],
    ["a header that is not closed", "[a\nx = 1\n[b]\ny = 2", ["1:3 the table name is not closed"], { b: { y: 2n } }],
    ["text behind a value", "a = 1 2\nb = 2", ["1:7 there is more text than one value"], { a: 1n, b: 2n }],
    ["an unknown escape", String.raw`a = "\d+"`, ["1:6 the string has an unknown escape"]],
    ["half a surrogate", String.raw`a = "\ud800"`, ["1:6 the string has an escape that names no character"]],
    ["a control character", 'a = "x\u0001"', ["1:7 the string contains a control character"]],
    [
      "an integer of more than 64 bits",
      "a = 9223372036854775808",
      ["1:5 the value is neither quoted, nor a number, true or false"],
    ],
    ["a leading zero", "a = 01", ["1:5 the value is neither quoted, nor a number, true or false"]],
    ["columns count characters", "a = '😀' x\nb = 2", ["1:9 there is more text than one value"], { a: "😀", b: 2n }],
    [
      "three in one text",
      "a = \n[b\n[c]\nd = 1x\ne = 2",
      [
        "1:5 the value is missing",
        "2:3 the table name is not closed",
        "4:5 the value is neither quoted, nor a number, true or false",
      ],
      { c: { e: 2n } },
    ],
  ];
  for (const [name, text, expected, rest] of cases) {
    test(name, () => {
      const { root, problems } = parseToml(text);
      assert.deepEqual(
        problems.map(({ at, message }) => `${at.line}:${at.column} ${message}`),
        expected,
      );
      if (rest !== undefined) assert.deepEqual(toData(root), rest);
    });
  }
});

test("keys, values and tables know their places", () => {
  const { root } = parseToml("\n[[inputs.x]]\r\n  urls = ['a',\r  'b']");
  const inputs = root.entries.get("inputs")?.value;
  const xs = inputs?.type === "table" ? inputs.entries.get("x")?.value : undefined;
  const x = xs?.type === "array" ? xs.items[0] : undefined;
  assert.ok(x?.type === "table");
  assert.deepEqual(x.at, { line: 2, column: 1 });
  const urls = x.entries.get("urls");
  assert.deepEqual(urls?.keyAt, { line: 3, column: 3 });
  assert.ok(urls?.value.type === "array");
  assert.deepEqual(
    urls.value.items.map((item) => item.at),
    [
      { line: 3, column: 11 },
      { line: 4, column: 3 },
    ],
  );
});

test("deep nesting is refused, not followed", () => {
  for (const deep of ["[", "{a="]) {
    const { problems } = parseToml(`a = ${deep.repeat(100_000)}\nb = 1`);
    assert.equal(problems[0]?.message, "the value is nested too deeply");
  }
});

test("bare variables become strings when asked for", () => {
  const { root, problems } = parseToml("a = $N\nb = [${X:-1}, 2]\nc = 1", { bareVariables: true });
  assert.deepEqual(problems, []);
  assert.deepEqual(toData(root), { a: "$N", b: ["${X:-1}", 2n], c: 1n });
});

suite("properties", () => {
  const key = fc.oneof(fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/), fc.string({ unit: "grapheme", maxLength: 6 }));
  const scalar = fc.oneof(
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double(),
    fc.boolean(),
  );
  const { table } = fc.letrec<{ value: TomlData; table: Data }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie("value"), { maxLength: 4 }), tie("table")),
    table: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  }));

  test("what is written reads back equal", () => {
    fc.assert(
      fc.property(table, (data) => {
        const { root, problems } = parseToml(serializeToml(data));
        assert.deepEqual(problems, []);
        assert.deepEqual(toData(root), data);
      }),
      { numRuns: 500 },
    );
  });

  test("another parser reads the same out of it", () => {
    fc.assert(
      fc.property(table, (data) => {
        const text = serializeToml(data);
        assert.deepEqual(toData(parseToml(text).root), plain(oracle(text, { integersAsBigInt: true })));
      }),
      { numRuns: 500 },
    );
  });

  test("a hand-written layout reads as in another parser", () => {
    const line = fc.constantFrom(
      "[a]", "[a.b]", "[[c]]", "[c.d]", "[[c.e]]", '["q"]', "x = 1", "y = 'z' # c", "z.w = [1, # c\n 2]", "z.v = { k = 1 }",
      's = """\nm\\\n  n"""', "f = 1.5e3", "# comment", "", "  i = 0x1f", "t = 07:32:00", "b = true", "e = { }", "n = [[1], ['x']]",
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.join("\n");
        let expected: TomlData;
        try {
          expected = plain(oracle(text, { integersAsBigInt: true }));
        } catch {
          return;
        }
        const { root, problems } = parseToml(text);
        assert.deepEqual(problems, []);
        assert.deepEqual(toData(root), expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("noise is read in bounded time and without an exception", () => {
    const token = fc.constantFrom(
      ...Array.from("[]{}\"'=.,#\\$\r\n \t"),
      '"""',
      "'''",
      "[[",
      "]]",
      "a",
      "1",
      "é",
      "a = ",
      "\0",
      "true",
      "${",
    );
    const noise = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.array(token, { maxLength: 80 }).map((tokens) => tokens.join("")),
    );
    fc.assert(
      fc.property(noise, (text) => {
        const { problems } = parseToml(text);
        assert.ok(problems.length <= 100);
        for (const { at } of problems) assert.ok(at.line >= 1 && at.column >= 1);
      }),
      { numRuns: 3000 },
    );
  });

  for (const piece of [
    "[",
    "{a=",
    "a=[\n",
    'a="""\n',
    "a='",
    "[a.",
    "a.",
    '"',
    "\\",
    "a={b=[",
    "[[a]]\n",
    "a = [1,",
    "x=1 ",
  ]) {
    test(`${JSON.stringify(piece)} twenty thousand times`, () => {
      const from = performance.now();
      parseToml(piece.repeat(20_000));
      assert.ok(performance.now() - from < 5000);
    });
  }
});

/** The other parser's dates are objects. */
function plain(value: unknown): TomlData {
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return value as TomlData;
}

function dateText(value: Date): string {
  return value.toISOString().replace(/\.000$/, "");
}
