// An authority and a server certificate for a test's TLS server, made on the spot: nothing to expire, no key in the tree.

import { issueAuthority, issueServing } from "../../certs/issue.ts";

export interface TestCertificates {
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export async function testCertificates(names: {
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}): Promise<TestCertificates> {
  const validity = { notBeforeMs: Date.now() - 60_000, notAfterMs: Date.now() + 3_600_000, bits: 2048 };
  const authority = await issueAuthority({ ...validity, commonName: "test authority" });
  const { dnsNames = [], ipAddresses = [] } = names;
  const serving = await issueServing({ ...validity, authority, dnsNames, ipAddresses });
  return { authority: authority.certificate, certificate: serving.certificate, key: serving.key };
}
