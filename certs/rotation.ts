// When something must be renewed, and what: pure functions of the material, the policy and the time.
//
// The authority changes in two steps, so that nobody is ever shown a certificate he does not trust yet: first the coming
// authority is announced in the bundle, and only `announceMs` later does it sign what is served.

import { X509Certificate } from "node:crypto";
import type { Material } from "./material.ts";

export interface CertificatePolicy {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly authorityLifeMs: number;
  readonly servingLifeMs: number;
  /** How long before now a certificate begins: clocks of other machines may be behind. */
  readonly backdateMs: number;
  /** How long a coming authority is in the bundle before it is used. */
  readonly announceMs: number;
  readonly authorityBits: number;
  readonly servingBits: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const DEFAULT_POLICY = {
  commonName: "Pilotfish authority",
  authorityLifeMs: 365 * DAY_MS,
  servingLifeMs: 30 * DAY_MS,
  backdateMs: HOUR_MS,
  announceMs: HOUR_MS / 6,
  authorityBits: 3072,
  servingBits: 2048,
} satisfies Partial<CertificatePolicy>;

/** `announce`: make the next authority. `activate`: let it sign. `renew`: a new serving certificate. `forget`: drop retired authorities. */
export type Step = "announce" | "activate" | "renew" | "forget";

/** The first thing to do now; undefined when nothing is due. */
export function dueStep(material: Material, policy: CertificatePolicy, nowMs: number): Step | undefined {
  if (nowMs >= authorityDueMs(material, policy)) return material.next === undefined ? "announce" : "activate";
  if (nowMs >= servingDueMs(material) || !coversNames(material, policy)) return "renew";
  if (material.retired.some((retired) => nowMs >= retired.keepUntilMs)) return "forget";
  return undefined;
}

/** When `dueStep` will next have something to say, as wall-clock milliseconds. */
export function nextDueMs(material: Material, policy: CertificatePolicy): number {
  return Math.min(
    authorityDueMs(material, policy),
    servingDueMs(material),
    ...material.retired.map((retired) => retired.keepUntilMs),
  );
}

export function validityOf(pem: string): { notBeforeMs: number; notAfterMs: number } {
  const certificate = new X509Certificate(pem);
  return { notBeforeMs: certificate.validFromDate.getTime(), notAfterMs: certificate.validToDate.getTime() };
}

function authorityDueMs(material: Material, policy: CertificatePolicy): number {
  const twoThirdsMs = twoThirds(material.authority.certificate);
  if (material.next === undefined) return twoThirdsMs;
  // An authority that has ended signs nothing worth having: its successor is used at once.
  const announcedMs = validityOf(material.next.certificate).notBeforeMs + policy.backdateMs;
  return Math.min(announcedMs + policy.announceMs, validityOf(material.authority.certificate).notAfterMs);
}

function servingDueMs(material: Material): number {
  return twoThirds(material.serving.certificate);
}

function twoThirds(pem: string): number {
  const { notBeforeMs, notAfterMs } = validityOf(pem);
  return Math.floor(notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3);
}

function coversNames(material: Material, policy: CertificatePolicy): boolean {
  const certificate = new X509Certificate(material.serving.certificate);
  return (
    policy.dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
    policy.ipAddresses.every((ip) => certificate.checkIP(ip) !== undefined)
  );
}
