// Sends a batch to one of several servers and says truthfully what became of each metric.
// Source: telegraf plugins/outputs/influxdb/influxdb.go. Different on purpose: metrics that the server refuses for good are
// reported as rejected (upstream counts them as written), and a retry leaves out what was accepted before.

import type { Log } from "../../core/log.ts";
import type { Metric } from "../../core/metric.ts";
import type { Output } from "../../core/plugin.ts";
import { WriteError } from "../../core/write-error.ts";
import type { Target } from "./target.ts";
import { groupByDatabase, type Routing, type WriteGroup } from "./write-groups.ts";
import { WriteLedger } from "./write-ledger.ts";

export interface InfluxdbSettings {
  readonly openTargets: () => Promise<readonly Target[]>;
  readonly routing: Routing;
  readonly skipDatabaseCreation: boolean;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly onClose: () => void;
}

export class InfluxdbOutput implements Output {
  readonly #settings: InfluxdbSettings;
  #targets: readonly Target[] = [];

  constructor(settings: InfluxdbSettings) {
    this.#settings = settings;
  }

  async connect(): Promise<void> {
    await this.#closeTargets();
    const { openTargets, skipDatabaseCreation, routing, log } = this.#settings;
    this.#targets = await openTargets();
    if (skipDatabaseCreation) return;
    for (const target of this.#targets) {
      try {
        await target.createDatabase(routing.database);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        log.warn(`When writing to [${target.name}]: database "${routing.database}" creation failed: ${text}`);
      }
    }
  }

  async write(batch: readonly Metric[]): Promise<void> {
    const ledger = new WriteLedger(groupByDatabase(batch, this.#settings.routing), batch.length);
    for (const target of shuffled(this.#targets, this.#settings.random)) {
      for (const group of ledger.open()) {
        if (!(await this.#writeGroup(target, group, ledger))) break;
      }
      if (ledger.open().length === 0) break;
    }
    for (const message of ledger.settle()) this.#settings.log.error(message);
  }

  async close(): Promise<void> {
    await this.#closeTargets();
    this.#settings.onClose();
  }

  /** Returns whether this target is worth another group. */
  async #writeGroup(target: Target, group: WriteGroup, ledger: WriteLedger): Promise<boolean> {
    const { outcome, unserializable } = await target.write(group);
    const where = `When writing to [${target.name}]: `;
    if (outcome.kind === "accepted") ledger.accepted(group, unserializable);
    else if (outcome.kind === "failed") ledger.failed(where + outcome.message);
    else if (outcome.kind === "database-not-found") await this.#databaseNotFound(target, group, ledger);
    else ledger.rejected(group, { count: outcome.count, unserializable, message: where + outcome.message });
    return outcome.kind !== "failed";
  }

  /** Creates it, and then lets the next flush write; a server that cannot have it is not asked for ever. */
  async #databaseNotFound(target: Target, group: WriteGroup, ledger: WriteLedger): Promise<void> {
    const where = `When writing to [${target.name}]: database "${group.database}" not found`;
    if (this.#settings.skipDatabaseCreation) {
      ledger.unwanted(group, `${where}; create it, or set skip_database_creation = false`);
      return;
    }
    try {
      await target.createDatabase(group.database);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      ledger.unwanted(group, `${where} and failed to recreate: ${text}`);
      return;
    }
    throw new WriteError("database created; retry write", ledger.verdict());
  }

  async #closeTargets(): Promise<void> {
    const targets = this.#targets;
    this.#targets = [];
    for (const target of targets) await target.close();
  }
}

/** Fisher and Yates: load spreads over the servers of a cluster. */
function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
