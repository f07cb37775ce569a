// Makes certificates: an authority and what it signs for a server. Not a reader: everything is read back with node:crypto.
// Keys come from node:crypto, node-forge only puts the certificate together. Extensions follow RFC 5280, section 4.2.

import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";

/** A certificate and its private key, both PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface AuthorityRequest extends Validity {
  readonly commonName: string;
  readonly bits: number;
}

export interface ServingRequest extends Validity {
  readonly authority: Pair;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly bits: number;
}

const makeKeys = promisify(generateKeyPair);

export async function issueAuthority(request: AuthorityRequest): Promise<Pair> {
  const keys = await generateKeys(request.bits);
  const certificate = emptyCertificate(keys.publicKey, request);
  const subject = [{ name: "commonName", value: request.commonName }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    // It signs servers only: no authority below it.
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    { name: "subjectKeyIdentifier" },
    { name: "authorityKeyIdentifier", keyIdentifier: keyIdentifier(certificate) },
  ]);
  return signed(certificate, keys.privateKey, keys.privateKey);
}

export async function issueServing(request: ServingRequest): Promise<Pair> {
  const keys = await generateKeys(request.bits);
  const authority = forge.pki.certificateFromPem(request.authority.certificate);
  const certificate = emptyCertificate(keys.publicKey, request);
  certificate.setSubject([{ name: "commonName", value: shortName(request) }]);
  certificate.setIssuer(authority.subject.attributes);
  certificate.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: [
        ...request.dnsNames.map((value) => ({ type: 2, value })),
        ...request.ipAddresses.map((ip) => ({ type: 7, ip })),
      ],
    },
    { name: "subjectKeyIdentifier" },
    { name: "authorityKeyIdentifier", keyIdentifier: keyIdentifier(authority) },
  ]);
  return signed(certificate, keys.privateKey, request.authority.key);
}

async function generateKeys(bits: number): Promise<{ publicKey: string; privateKey: string }> {
  return makeKeys("rsa", {
    modulusLength: bits,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

function emptyCertificate(publicKey: string, validity: Validity): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = new Date(validity.notBeforeMs);
  certificate.validity.notAfter = new Date(validity.notAfterMs);
  return certificate;
}

/** 127 random bits with the top one clear and the next one set: positive, never zero, always 16 bytes. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function keyIdentifier(certificate: forge.pki.Certificate): string {
  return certificate.generateSubjectKeyIdentifier().getBytes();
}

/** A common name holds 64 characters (RFC 5280, appendix A); nobody matches it any more, so a cut one does no harm. */
function shortName(request: ServingRequest): string {
  return (request.dnsNames[0] ?? request.ipAddresses[0] ?? "server").slice(0, 64);
}

function signed(certificate: forge.pki.Certificate, ownKey: string, signingKey: string): Pair {
  certificate.sign(forge.pki.privateKeyFromPem(signingKey), forge.md.sha256.create());
  const pem = forge.pki.certificateToPem(certificate).replaceAll("\r\n", "\n");
  return { certificate: pem, key: ownKey };
}
