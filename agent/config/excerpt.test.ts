// What a message shows of a config: no secret, and every character at its column.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { formatProblems } from "./format-problem.ts";
import { Excerpts } from "./excerpt.ts";
import { loadConfig } from "./load.ts";
import { isSecretKey } from "./secret-key.ts";
import { testCatalog } from "./test-catalog.ts";
import { parseToml } from "./toml/parse.ts";

function excerpt(text: string, line = text.split("\n").length): string {
  return new Excerpts(text, parseToml(text)).line(line);
}

async function said(text: string): Promise<string> {
  const { problems } = await loadConfig([{ name: "t.conf", text }], { catalog: testCatalog, env: {} });
  return formatProblems(problems);
}

const shown: readonly (readonly [text: string, shown: string])[] = [
  [`http_headers = {"Authorization" = "Bearer hunter2", "X" = 5}`, `http_headers = {"Authorization" = "**************", "X" = *}`],
  [`[a.http_headers]\nX = "hunter2"`, `X = "*******"`],
  [`[a.http_headers]\nX = "hunter2"\n[b]`, `[b]`],
  [`[a.http_headers]\nX = "a"\n[b]\ny = "plain"`, `y = "plain"`],
  [`[outputs.influxdb.http_headers]\n  Authorization = "Bearer hunter2" x`, `  Authorization = "**************" *`],
  [`password = """\n  hunter2 x`, `  ******* *`],
  [`note = """\nhunter2\n"""\nx = "plain"`, `x = "plain"`],
  ["passwrd : hunter2", "passwrd : *******"],
  ["password = hunter2", "password = *******"],
  ["password hunter2", "password *******"],
  [`password = "hunter2`, `password = "*******`],
  [`password =\nhunter2`, `*******`],
  [`password = [\n["hunter2"], 5x`, `************ **`],
  [`passwords = [\n  "hunter2",`, `  **********`],
  [`passwords = [\n  "hunter2",\n]\nx = "plain"`, `x = "plain"`],
  [`http_headers.X-Key = "hunter2"`, `http_headers.X-Key = "*******"`],
  [`password = "$PASSWORD"`, `password = "$PASSWORD"`],
  [`password = "\${PASSWORD}"`, `password = "\${PASSWORD}"`],
  [`password = "\${PASSWORD:-hunter2}"`, `password = "********************"`],
  [`a = 1 password = "hunter2" b = 2`, `a = 1 password = "*******" * = *`],
  [`percpu = true totalcpu = yes`, `percpu = true totalcpu = ***`],
  ["interval = 10s", "interval = ***"],
  ["interval 10s", "interval ***"],
  [`[[inputs.statsd]`, `[[inputs.statsd]`],
  [`[[inputs.statsd]] x = yes`, `[[inputs.statsd]] * = ***`],
  [`urls = ["http://127.0.0.1:1/a?u=admin&p=hunter2"]`, `urls = ["http://127.0.0.1:1/a?*****************"]`],
  [`urls = ["http://u:hunt/er2@h"]`, `urls = ["http://*:********@h"]`],
  [`servers = ["user:hunter2@tcp(h:3306)/"]`, `servers = ["****:*******@tcp(h:3306)/"]`],
  [`url = "user:$SECRET@example.com"`, `url = "****:$SECRET@example.com"`],
  [`address = "host=h password=hunter2"`, `address = "host=h password=*******"`],
  [`commands = ["curl -H 'X: Bearer hunter2'"]`, `commands = ["curl -H 'X: Bearer *******'"]`],
  [`namepass = ["cpu"]`, `namepass = ["cpu"]`],
  [`password = "h😀" x`, `password = "**" *`],
]; // prettier-ignore
for (const [text, expected] of shown) test(text, () => assert.equal(excerpt(text), expected));

const keys: Readonly<Record<string, boolean>> = {
  password: true, passwrd: true, pswd: true, db_pass: true, scret: true, authorization: true, "X-Api-Key": true, api_kye: true,
  bearer_token: true, tokn: true, "auth.x": true, '"Proxy-Authorization"': true, http_headres: true, credntials: true, tls_key_pwd: true,
  urls: false, paths: false, tagpass: false, namepass: false, service_address: false, percentiles: false, tls_key: false, database: false,
  username: false, timeout: false, servers: false, templates: false, read_buffer_size: false, taginclude: false, interval: false,
}; // prettier-ignore
for (const [key, expected] of Object.entries(keys))
  test(`${key} is ${expected ? "" : "no "}secret`, () => assert.equal(isSecretKey(key), expected));

test("a message about a line of a secret does not repeat the line", async () => {
  for (const secret of ["[hunter2]", "[a.hunter2]", `[b."hunter2"]`, "hunter2 = 1"]) {
    assert.doesNotMatch(await said(`[x]\npassword =\n${secret}\n`), /hunter2/);
  }
});

suite("in documents broken at random", () => {
  const SECRET = "hunter2";
  const key = fc.constantFrom("password", "token", "auth_token", "Authorization", "api_key", "secret", "credentials");
  const value = fc.constantFrom(
    `"${SECRET}"`, SECRET, `'${SECRET}'`, `"""\n${SECRET}\n"""`, `"""${SECRET}`, `["${SECRET}"]`, `[\n  "${SECRET}",\n  5x\n]`,
    `{"X" = "${SECRET}", y = 5}`, `{Authorization = "Bearer ${SECRET}"`, `"Bearer ${SECRET}" x`, `"a" ${SECRET}`, `\n${SECRET}`,
  ); // prettier-ignore
  const pair = fc.tuple(key, fc.constantFrom(" = ", " : ", "=", ": ", " "), value).map((parts) => parts.join(""));
  const other = fc.constantFrom(
    "[agent]", "interval = 10s", "[[inputs.cpu]]", "percpu = 5", "percpu = [", `x = "`, "[[outputs.influxdb]]", "[[outputs.influxdb", "",
    "[outputs.influxdb.http_headers]", `X-Team = "Bearer ${SECRET}"`, `http_headers = {X = "${SECRET}", Y = 5}`, "# it's", `urls = ["a"`, "unknown = 1", "]", '"""', "'''",
  ); // prettier-ignore
  const put = fc.record({
    at: fc.nat(),
    put: fc.constantFrom('"', "'", "\n", "[", "]", "{", "}", "=", ",", " ", "\\"),
  });
  // One letter less is a near spelling; with two it may be any word.
  const remove = fc.record({ at: fc.nat(), put: fc.constant("") });
  const strikes = fc
    .tuple(fc.array(remove, { maxLength: 1 }), fc.array(put, { maxLength: 2 }))
    .map((both) => both.flat());
  const document = fc.tuple(fc.array(fc.oneof(pair, other), { minLength: 1, maxLength: 8 }), strikes);

  test("no secret is shown", async () => {
    await fc.assert(
      fc.asyncProperty(document, async ([lines, struck]) => {
        // Under http_headers only: elsewhere X-Team is no secret.
        const text = lines
          .map((line) => (line.startsWith("X-Team") ? `[outputs.influxdb.http_headers]\n${line}` : line))
          .join("\n");
        const broken = struck.reduce((old, { at, put }) => strikeAt(old, at, put), text);
        const shown = await said(broken);
        assert.ok(!shown.includes(SECRET), `${shown}\n--- of ---\n${broken}`);
      }),
      { numRuns: 3000 },
    );
  });

  test("columns stay", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const line = text.replace(/[\r\n]/g, "");
        for (const isBroken of [true, false]) {
          assert.equal(Array.from(new Excerpts(line, { isBroken }).line(1)).length, Array.from(line).length);
        }
      }),
    );
  });
});

/** One character goes, or another takes its place in front of it. The secret stays whole, and no key grows onto it. */
function strikeAt(text: string, place: number, put: string): string {
  const at = place % (text.length + 1);
  const secret = text.lastIndexOf("hunter2", at);
  if (secret >= 0 && at < secret + "hunter2\n ".length) return text;
  return put === "" ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at) + put + text.slice(at);
}
