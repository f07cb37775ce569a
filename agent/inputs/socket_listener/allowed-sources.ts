// Which peers may send. An IPv4 peer of a dual-stack socket (`::ffff:192.0.2.1`) is the same as its IPv4 address: BlockList
// knows that.

import { BlockList, isIP } from "node:net";
import type { OptionProblem } from "../../config/options.ts";

/** Empty list: everybody. A peer without an address (unix sockets) is then refused, as upstream does. */
export function sourceFilter(sources: readonly string[]): (address: string | undefined) => boolean {
  if (sources.length === 0) return () => true;
  const allowed = new BlockList();
  for (const source of sources) allowed.addAddress(source, familyOf(source));
  return (address) => {
    if (address === undefined || isIP(address) === 0) return false;
    return allowed.check(address, familyOf(address));
  };
}

export function sourceProblems(sources: readonly string[]): OptionProblem[] {
  return sources
    .filter((source) => isIP(source) === 0)
    .map((source) => ({
      key: "allowed_sources",
      message: `"${source}" in allowed_sources is not an IP address`,
      remedy: "list single addresses, such as 192.0.2.1 or 2001:db8::1",
    }));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
