import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { before, test } from "node:test";
import forge from "node-forge";
import { issueAuthority, issueServing, type Pair } from "./issue.ts";

const DAY_MS = 86_400_000;
const nowMs = Date.now();
const validity = { notBeforeMs: nowMs - 3_600_000, notAfterMs: nowMs + 10 * DAY_MS };
let authority: Pair;
let serving: Pair;

before(async () => {
  authority = await issueAuthority({ commonName: "Test authority", bits: 2048, ...validity });
  serving = await issueServing({
    authority,
    dnsNames: ["pilotfish.pilotfish-system.svc", "localhost"],
    ipAddresses: ["127.0.0.1", "::1"],
    bits: 2048,
    ...validity,
  });
});

test("the serving certificate is signed by the authority and carries its names", () => {
  const issuer = new X509Certificate(authority.certificate);
  const read = new X509Certificate(serving.certificate);
  assert.equal(read.verify(issuer.publicKey), true);
  assert.equal(read.checkIssued(issuer), true);
  assert.equal(
    read.subjectAltName,
    "DNS:pilotfish.pilotfish-system.svc, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
  );
  assert.equal(issuer.ca, true);
  assert.equal(read.ca, false);
  assert.deepEqual(read.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  assert.equal(read.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
});

test("it begins in the past, for clocks that are behind", () => {
  const read = new X509Certificate(serving.certificate);
  assert.equal(read.validFromDate.getTime(), Math.floor(validity.notBeforeMs / 1000) * 1000);
  assert.equal(read.validToDate.getTime(), Math.floor(validity.notAfterMs / 1000) * 1000);
});

for (const [what, which, name, field, value] of [
  ["an authority may sign, one level deep", "authority", "basicConstraints", "pathLenConstraint", 0],
  ["an authority is one", "authority", "basicConstraints", "cA", true],
  ["an authority signs certificates", "authority", "keyUsage", "keyCertSign", true],
  ["an authority is not a server", "authority", "keyUsage", "digitalSignature", false],
  ["a server signs handshakes", "serving", "keyUsage", "digitalSignature", true],
  ["a server signs no certificates", "serving", "keyUsage", "keyCertSign", false],
  ["the constraint is critical", "serving", "basicConstraints", "critical", true],
  ["a server is for serving", "serving", "extKeyUsage", "serverAuth", true],
  ["a server is no client", "serving", "extKeyUsage", "clientAuth", undefined],
] as const) {
  test(what, () => {
    const pem = which === "authority" ? authority.certificate : serving.certificate;
    const extension = forge.pki.certificateFromPem(pem).getExtension(name) as Record<string, unknown>;
    assert.equal(extension[field], value);
  });
}

test("the key identifiers link the two", () => {
  const subject = extension(authority, "subjectKeyIdentifier").subjectKeyIdentifier;
  const link = Buffer.from(extension(serving, "authorityKeyIdentifier").value ?? "", "binary").toString("hex");
  assert.match(link, new RegExp(`${subject}$`));
  assert.notEqual(extension(serving, "subjectKeyIdentifier").subjectKeyIdentifier, subject);
});

function extension(pair: Pair, name: string): Record<string, string> {
  return forge.pki.certificateFromPem(pair.certificate).getExtension(name) as Record<string, string>;
}

test("serial numbers are random, positive and 16 bytes long", () => {
  const serials = [authority, serving].map((pair) => new X509Certificate(pair.certificate).serialNumber);
  assert.notEqual(serials[0], serials[1]);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
});
