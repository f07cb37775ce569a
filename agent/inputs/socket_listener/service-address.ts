// What service_address says: which kind of socket, where. Pure. Source: telegraf plugins/common/socket/socket.go (1.39.3).

import { listenPlan, type ListenPlan } from "../../core/listen-address.ts";

export type ServiceAddress =
  | { readonly kind: "udp" | "tcp"; readonly plan: ListenPlan; readonly only6: boolean }
  | { readonly kind: "unix"; readonly path: string };

export interface AddressFault {
  readonly message: string;
  readonly remedy: string;
}

const SUPPORTED = 'use "udp://", "tcp://" (also udp4, udp6, tcp4, tcp6) with host:port, or "unix:///path"';
const KNOWN_UPSTREAM = new Set(["ip", "ip4", "ip6", "unixgram", "unixpacket", "vsock"]);
const MULTICAST = /^(?:22[4-9]|23\d)\.|^ff/i;

export function parseServiceAddress(text: string): ServiceAddress | AddressFault {
  const match = /^([a-z0-9]+):\/\/(.*)$/i.exec(text.trim());
  if (match === null) return { message: `service_address "${text}" has no protocol`, remedy: SUPPORTED };
  const scheme = (match[1] as string).toLowerCase();
  const rest = match[2] as string;
  if (scheme === "unix") return unixAddress(text, rest);
  const kind = /^(udp|tcp)([46]?)$/.exec(scheme);
  if (kind === null) {
    const what = KNOWN_UPSTREAM.has(scheme) ? "is not supported by this version" : "is unknown";
    return { message: `the protocol "${scheme}" of service_address ${what}`, remedy: SUPPORTED };
  }
  if (rest.includes("%")) {
    return { message: `service_address "${text}" names an interface`, remedy: "write the address of that interface" };
  }
  const family = kind[2] === "4" ? 4 : kind[2] === "6" ? 6 : undefined;
  const plan = listenPlan(rest.replace(/\/$/, ""), family);
  if (plan === undefined || plan.addresses.length === 0) {
    return {
      message: `service_address "${text}" is not ${scheme}://host:port`,
      remedy: 'write for instance "udp://:8094"',
    };
  }
  if (plan.addresses.some(({ host }) => MULTICAST.test(host))) {
    return {
      message: `service_address "${text}" is a multicast group, which this version cannot join`,
      remedy: SUPPORTED,
    };
  }
  return { kind: kind[1] as "udp" | "tcp", plan, only6: family === 6 };
}

function unixAddress(text: string, path: string): ServiceAddress | AddressFault {
  if (path.startsWith("/")) return { kind: "unix", path };
  return {
    message: `service_address "${text}" has no absolute path`,
    remedy: 'write for instance "unix:///run/agent.sock"',
  };
}
