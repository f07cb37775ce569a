import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseListenAddress } from "./listen-address.ts";

for (const [text, expected] of [
  ["127.0.0.1:8443", { host: "127.0.0.1", port: 8443 }],
  ["localhost:0", { host: "localhost", port: 0 }],
  ["[::1]:443", { host: "::1", port: 443 }],
  [":8443", { port: 8443 }],
] as const) {
  test(`${text} is an address`, () => assert.deepEqual(parseListenAddress(text), expected));
}

for (const text of ["", "8443", "127.0.0.1", "::1:443", "host:", "host:x", "host:65536", "https://host:1", "[::1]"]) {
  test(`"${text}" is refused in a sentence`, () => assert.equal(typeof parseListenAddress(text), "string"));
}

test("IPv6 is written in brackets", () => {
  assert.equal(formatAddress("::1", 1), "[::1]:1");
  assert.equal(formatAddress("127.0.0.1", 1), "127.0.0.1:1");
});
