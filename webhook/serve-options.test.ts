import assert from "node:assert/strict";
import { test } from "node:test";
import { readServeOptions, type RawServeOptions, type ServeOptions } from "./serve-options.ts";

const read = (raw: RawServeOptions, env: Record<string, string> = {}): ServeOptions => readServeOptions(raw, env);

for (const [what, options, expected] of [
  ["in a cluster", read({}), [":8443", "pilotfish.pilotfish-system.svc", "", 5000]],
  ["in another namespace", read({}, { POD_NAMESPACE: "metrics" }), [":8443", "pilotfish.metrics.svc", "", 5000]],
  ["under another name", read({ service: ["a.b.svc"] }), [":8443", "a.b.svc", "", 5000]],
  ["--dev", read({ dev: true }), ["127.0.0.1:8443", "localhost", "127.0.0.1 ::1", 0]],
  [
    "--dev elsewhere",
    read({ dev: true, listen: "10.0.0.7:1" }),
    ["10.0.0.7:1", "localhost", "127.0.0.1 ::1 10.0.0.7", 0],
  ],
  ["--dev everywhere", read({ dev: true, listen: "0.0.0.0:1" }), ["0.0.0.0:1", "localhost", "127.0.0.1 ::1", 0]],
  ["a delay", read({ drainDelay: "1.5s" }), [":8443", "pilotfish.pilotfish-system.svc", "", 1500]],
] as const) {
  test(`${what}: address, names, delay`, () => {
    const { listen, dnsNames, ipAddresses, drainDelayMs } = options;
    assert.deepEqual(
      [`${listen.host ?? ""}:${listen.port}`, dnsNames[0], ipAddresses.join(" "), drainDelayMs],
      expected,
    );
  });
}

for (const [raw, expected] of [
  [{}, "pilotfish"],
  [{ webhookConfiguration: "mine" }, "mine"],
  [{ webhookConfiguration: "" }, undefined],
  [{ dev: true }, undefined],
] as const) {
  test(`whose caBundle is kept with ${JSON.stringify(raw)}`, () =>
    assert.equal(read(raw).webhookConfiguration, expected));
}

test("the replica is named by its pod, elsewhere by its machine", () => {
  assert.equal(read({}, { POD_NAME: "pilotfish-1" }).instance, "pilotfish-1");
  assert.notEqual(read({}).instance, "");
});

for (const [raw, says] of [
  [{ listen: "x" }, /--listen/],
  [{ metricsListen: "x" }, /--metrics-listen/],
  [{ grace: "-1" }, /--grace: "-1"/],
  [{ drainDelay: "9999" }, /--drain-delay/],
  [{ maxInFlight: "0" }, /--max-in-flight: "0"/],
  [{ logLevel: "loud" }, /--log-level: "loud"/],
] as const) {
  test(`${JSON.stringify(raw)} is an error of usage`, () => {
    assert.throws(() => read(raw), { exitCode: 64, message: says });
  });
}
