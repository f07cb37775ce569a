// Splits a batch by the database and retention policy that its metrics go to, and keeps the books of what became of them.
// Source: telegraf plugins/outputs/influxdb/http.go (Write).

import type { Metric } from "../../core/metric.ts";

export interface Routing {
  readonly database: string;
  readonly databaseTag: string;
  readonly excludeDatabaseTag: boolean;
  readonly retentionPolicy: string;
  readonly retentionPolicyTag: string;
  readonly excludeRetentionPolicyTag: boolean;
}

export interface WriteGroup {
  readonly database: string;
  readonly retentionPolicy: string;
  /** Places in the batch. */
  readonly indexes: readonly number[];
  readonly metrics: readonly Metric[];
}

/** Groups in the order in which they first appear. */
export function groupByDatabase(batch: readonly Metric[], routing: Routing): readonly WriteGroup[] {
  const { databaseTag, retentionPolicyTag } = routing;
  if (databaseTag === "" && retentionPolicyTag === "") {
    const { database, retentionPolicy } = routing;
    return [{ database, retentionPolicy, indexes: [...batch.keys()], metrics: batch }];
  }
  const groups = new Map<string, { database: string; retentionPolicy: string; indexes: number[]; metrics: Metric[] }>();
  for (const [index, metric] of batch.entries()) {
    const database = metric.tag(databaseTag) ?? routing.database;
    const retentionPolicy = metric.tag(retentionPolicyTag) ?? routing.retentionPolicy;
    const key = JSON.stringify([database, retentionPolicy]);
    const group = groups.get(key) ?? { database, retentionPolicy, indexes: [], metrics: [] };
    groups.set(key, group);
    group.indexes.push(index);
    group.metrics.push(withoutRoutingTags(metric, routing));
  }
  return [...groups.values()];
}

/** Other outputs see the same metric: a tag is taken off a copy. */
function withoutRoutingTags(metric: Metric, routing: Routing): Metric {
  const tags = [
    routing.excludeDatabaseTag ? routing.databaseTag : "",
    routing.excludeRetentionPolicyTag ? routing.retentionPolicyTag : "",
  ].filter((tag) => tag !== "" && metric.hasTag(tag));
  if (tags.length === 0) return metric;
  const copy = metric.copy();
  for (const tag of tags) copy.removeTag(tag);
  return copy;
}
