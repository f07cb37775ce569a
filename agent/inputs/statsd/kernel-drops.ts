// The kernel's count of lost datagrams: shared by all UDP inputs, see core.

export { dropsOf, kernelDrops } from "../../core/kernel-drops.ts";
