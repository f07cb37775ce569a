// name_override, then name_prefix, then name_suffix.

import type { Metric } from "./metric.ts";

export interface Renaming {
  readonly nameOverride: string;
  readonly namePrefix: string;
  readonly nameSuffix: string;
}

export function rename(metric: Metric, { nameOverride, namePrefix, nameSuffix }: Renaming): void {
  if (nameOverride !== "") metric.name = nameOverride;
  if (namePrefix !== "" || nameSuffix !== "") metric.name = namePrefix + metric.name + nameSuffix;
}

export function renames({ nameOverride, namePrefix, nameSuffix }: Renaming): boolean {
  return nameOverride !== "" || namePrefix !== "" || nameSuffix !== "";
}
