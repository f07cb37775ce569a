import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readTestOptions } from "./test-listener.ts";

const UDP = 'service_address = "udp://:8094"';
const TCP = 'service_address = "tcp://:8094"';
const PROTOCOLS = 'use "udp://", "tcp://" (also udp4, udp6, tcp4, tcp6) with host:port, or "unix:///path"';

const REFUSED: readonly (readonly [string, string])[] = [
  ['service_address = ":8094"', `service_address: service_address ":8094" has no protocol; ${PROTOCOLS}`],
  ...["unixgram:///run/x", "unixpacket:///run/x", "vsock://2:80", "ip4://:1"].map((text) => {
    const scheme = text.split(":")[0] ?? "";
    const what = `the protocol "${scheme}" of service_address is not supported by this version`;
    return [`service_address = "${text}"`, `service_address: ${what}; ${PROTOCOLS}`] as const;
  }),
  [
    'service_address = "http://:80"',
    `service_address: the protocol "http" of service_address is unknown; ${PROTOCOLS}`,
  ],
  [
    'service_address = "udp://host"',
    'service_address: service_address "udp://host" is not udp://host:port; write for instance "udp://:8094"',
  ],
  [
    'service_address = "tcp6://127.0.0.1:80"',
    'service_address: service_address "tcp6://127.0.0.1:80" is not tcp6://host:port; write for instance "udp://:8094"',
  ],
  [
    'service_address = "udp://239.0.0.1:80"',
    `service_address: service_address "udp://239.0.0.1:80" is a multicast group, which this version cannot join; ${PROTOCOLS}`,
  ],
  [
    'service_address = "udp://:80%eth0"',
    'service_address: service_address "udp://:80%eth0" names an interface; write the address of that interface',
  ],
  [
    'service_address = "unix://run/x"',
    'service_address: service_address "unix://run/x" has no absolute path; write for instance "unix:///run/agent.sock"',
  ],
  [
    `${UDP}\ncontent_encoding = "zstd"`,
    'content_encoding: content_encoding "zstd" is not supported; use "identity" or "gzip"',
  ],
  [`${UDP}\ndata_format = "json"`, 'data_format: data_format "json" is not supported by this input; use "influx"'],
  [
    `${UDP}\nmulticast_source = "192.0.2.1"`,
    "multicast_source: multicast is not supported by this version; remove multicast_source",
  ],
  [`${UDP}\nsocket_mode = "rw"`, 'socket_mode: socket_mode "rw" is not an octal mode; write for instance "660"'],
  [
    `${UDP}\nallowed_sources = ["10.0.0.0/8"]`,
    'allowed_sources: "10.0.0.0/8" in allowed_sources is not an IP address; list single addresses, such as 192.0.2.1 or 2001:db8::1',
  ],
  [
    `${UDP}\ntls_cert = "a"\ntls_key = "b"`,
    'tls_cert: TLS does not work over UDP; use "tcp://", or remove the tls_ options',
  ],
  [`${TCP}\ntls_cert = "a"`, "tls_key: TLS needs tls_key; give both tls_cert and tls_key, or no tls_ option"],
  [
    `${TCP}\ntls_cipher_suites = ["all"]`,
    "tls_cipher_suites: tls_cipher_suites is not supported by this version; remove it",
  ],
  [
    `${TCP}\nsplitting_strategy = "delimiter"\nsplitting_delimiter = "0xZZ"`,
    'splitting_delimiter: splitting_delimiter "0xZZ" is not a sequence of bytes in hex; write for instance "0x0D0A"',
  ],
  [
    `${TCP}\nsplitting_strategy = "fixed length"`,
    'splitting_strategy: splitting_strategy "fixed length" needs splitting_length; add splitting_length with the bytes of each message',
  ],
  [
    `${TCP}\nsplitting_strategy = "variable length"`,
    'splitting_strategy: splitting_strategy "variable length" needs the size of the length field; add splitting_length_field = {offset = 0, bytes = 2, endianness = "be", header_length = 2}',
  ],
  [
    `${TCP}\ninflux_timestamp_precision = "1m"`,
    'influx_timestamp_precision: a unit of 60000000000 ns is not a timestamp precision; write "1ns", "1us", "1ms" or "1s"',
  ],
];
for (const [toml, problem] of REFUSED) {
  test(`refuses ${toml.replaceAll("\n", ", ")}`, () => assert.deepEqual(readTestOptions(toml).problems, [problem]));
}

test("a missing service_address is one problem, not two", () => {
  const { problems } = readTestOptions("");
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /"service_address" is missing/);
});

const ACCEPTED: readonly string[] = [
  'service_address = "udp://localhost:8094"',
  'service_address = "udp6://[::1]:8094"',
  'service_address = "tcp4://0.0.0.0:8094"',
  'service_address = "unix:///run/x.sock"\nsocket_mode = "0660"',
  `${UDP}\nmax_parallel_parsers = 4\ncontent_encoding = ""\ndata_format = ""`,
  `${TCP}\ntls_cert = "a"\ntls_key = "b"\ntls_allowed_cacerts = ["c"]`,
];
for (const toml of ACCEPTED) {
  test(`accepts ${toml.replaceAll("\n", ", ")}`, () => assert.deepEqual(readTestOptions(toml).problems, []));
}

test("sample.conf holds only options that there are", () => {
  const sample = readFileSync(new URL("sample.conf", import.meta.url), "utf8");
  const table = sample.slice(sample.indexOf("]]") + 2);
  assert.deepEqual(readTestOptions(table).problems, []);
  // Each option once more, as the commented lines have it; the other addresses are alternatives.
  const options = [...table.matchAll(/^ +#? ?(\w+ = .*)$/gm)].map((match) => match[1] ?? "");
  const others = options.filter((option) => !option.startsWith("service_address") && !option.startsWith("tls_"));
  assert.deepEqual(readTestOptions([...others, UDP].join("\n")).problems, []);
  assert.ok(others.length > 14);
});
