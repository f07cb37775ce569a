// What cluster-down takes out of a firewall, and above all what it leaves: one table of iptables-save in, orders for
// iptables-restore out.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const program = join(import.meta.dirname, "our-rules.awk");

function ordersFor(lines: readonly string[], shared = true): readonly string[] {
  const args = ["-v", "table=nat", "-v", "network=pilotfish", "-v", `shared=${shared ? 1 : ""}`, "-f", program];
  const { status, stdout, stderr } = spawnSync("awk", args, { input: `${lines.join("\n")}\n`, encoding: "utf8" });
  assert.equal(stderr, "");
  const orders = stdout.trimEnd().split("\n");
  assert.equal(orders.shift(), "*nat");
  // Nothing to do is a failure: the caller then restores nothing.
  assert.equal(status, orders.length === 0 ? 1 : 0);
  if (status === 0) assert.equal(orders.pop(), "COMMIT");
  return orders;
}

const ofNetwork = (name: string) => String.raw`-m comment --comment "name: \"${name}\" id: \"0123\""`;
const portsOf = (name: string) => String.raw`-m comment --comment "dnat name: \"${name}\" id: \"0123\""`;
const hostPorts = [":CNI-HOSTPORT-DNAT - [0:0]", "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT"];

const cases: readonly [what: string, table: readonly string[], orders: readonly string[]][] = [
  ["nothing of ours", [":PREROUTING ACCEPT [0:0]", "-A PREROUTING -j ACCEPT"], []],
  [
    "kube-proxy's chains, and what jumps to them",
    [":KUBE-SERVICES - [0:0]", "-A PREROUTING -j KUBE-SERVICES", "-A KUBE-SERVICES -j RETURN", "-A PREROUTING -j MINE"],
    ["-D PREROUTING -j KUBE-SERVICES", "-F KUBE-SERVICES", "-X KUBE-SERVICES"],
  ],
  [
    "a pod's chain, and not another network's",
    [
      ":CNI-0a - [0:0]",
      ":CNI-0b - [0:0]",
      `-A POSTROUTING -s 10.85.0.2/32 ${ofNetwork("pilotfish")} -j CNI-0a`,
      `-A POSTROUTING -s 10.88.0.2/32 ${ofNetwork("podman")} -j CNI-0b`,
      `-A POSTROUTING -s 10.88.0.3/32 ${ofNetwork("pilotfish-other")} -j CNI-0b`,
    ],
    [`-D POSTROUTING -s 10.85.0.2/32 ${ofNetwork("pilotfish")} -j CNI-0a`, "-F CNI-0a", "-X CNI-0a"],
  ],
  [
    "our two rules of FORWARD",
    ["-A FORWARD -i pilotfish0 -m comment --comment pilotfish-cluster -j ACCEPT", "-A FORWARD -i eth0 -j ACCEPT"],
    ["-D FORWARD -i pilotfish0 -m comment --comment pilotfish-cluster -j ACCEPT"],
  ],
  [
    "host ports, with the chain that all networks share",
    [...hostPorts, ":CNI-DN-0a - [0:0]", `-A CNI-HOSTPORT-DNAT ${portsOf("pilotfish")} -j CNI-DN-0a`],
    [
      "-D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
      "-F CNI-DN-0a",
      "-F CNI-HOSTPORT-DNAT",
      "-X CNI-DN-0a",
      "-X CNI-HOSTPORT-DNAT",
    ],
  ],
  [
    "host ports, beside those of another network",
    [
      ...hostPorts,
      ":CNI-DN-0a - [0:0]",
      ":CNI-DN-0b - [0:0]",
      `-A CNI-HOSTPORT-DNAT ${portsOf("pilotfish")} -j CNI-DN-0a`,
      `-A CNI-HOSTPORT-DNAT ${portsOf("podman")} -j CNI-DN-0b`,
    ],
    [`-D CNI-HOSTPORT-DNAT ${portsOf("pilotfish")} -j CNI-DN-0a`, "-F CNI-DN-0a", "-X CNI-DN-0a"],
  ],
];
for (const [what, table, orders] of cases) {
  // The order among chains is awk's own.
  test(what, () => assert.deepEqual(ordersFor(table).toSorted(), orders.toSorted()));
}

test("the shared chains stay if they were there before us", () => {
  assert.deepEqual(ordersFor(hostPorts, false), []);
});

test("a chain is emptied before any is removed: they may jump to each other", () => {
  const orders = ordersFor([":KUBE-A - [0:0]", ":KUBE-B - [0:0]", "-A KUBE-A -j KUBE-B", "-A KUBE-B -j KUBE-A"]);
  assert.deepEqual(
    orders.map((order) => order.slice(0, 2)),
    ["-F", "-F", "-X", "-X"],
  );
});
