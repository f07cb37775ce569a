// What all series hold in the open interval: columns of typed arrays, one row ("cell", see series-index.ts) for each
// field of each series. A cell keeps its place and its parsed identity between intervals although its value is reset, so
// a known series costs no string. Not the parser (line-parser.ts) and not the output (gather.ts).

import { RunningStatistics, type SampleSettings } from "./running-statistics.ts";
import { resized, SeriesIndex, type SeriesIdentity } from "./series-index.ts";
import { COUNTER, DISTRIBUTION, GROUP_COUNT, GROUPS, SET, TIMING } from "./series-kind.ts";
import { SetMembers } from "./set-members.ts";

export interface SeriesSettings extends SampleSettings {
  /** By group: forget values when they were emitted. */
  readonly deletes: readonly boolean[];
  /** 0: series that are not deleted live for ever. */
  readonly ttlMs: number;
}

/** What one interval came to. */
export interface FrozenGroup {
  readonly cells: readonly number[];
  /** Not of timings. */
  readonly values: Float64Array;
  /** Of timings only, in the order of `cells`. */
  readonly statistics: readonly RunningStatistics[];
}

export interface FrozenInterval {
  /** By group; distributions have one entry for each value. */
  readonly groups: readonly FrozenGroup[];
  /** Counters beyond 2^53; their entry in `values` is NaN. */
  readonly bigs: ReadonlyMap<number, bigint>;
}

/** Intervals that a silent series keeps its place. */
const IDLE_INTERVALS = 10;
/** Fewer idle cells than this are not worth moving the others. */
const IDLE_CELLS = 256;

export class SeriesTable {
  readonly #settings: SeriesSettings;
  readonly #index = new SeriesIndex();
  /** The time of what is being parsed; only read when there is a TTL. */
  nowMs = 0;
  #epoch = 0;
  #values = new Float64Array(0);
  /** 1: the cell is in its group's active list. */
  #live = new Uint8Array(0);
  #lastEpoch = new Int32Array(0);
  /** Last update of the series, kept at its head; stays empty without a TTL. */
  #lastMs = new Float64Array(0);
  #statistics: (RunningStatistics | undefined)[] = [];
  #active: number[][] = Array.from({ length: GROUP_COUNT }, () => []);
  #distributionValues: number[] = [];
  #bigs = new Map<number, bigint>();
  readonly #members = new SetMembers();
  /** Told after cells were moved: `moved[old]` is the new number, or -1. */
  onMoved: (moved: Int32Array) => void = () => {};

  constructor(settings: SeriesSettings) {
    this.#settings = settings;
  }

  get index(): SeriesIndex {
    return this.#index;
  }

  /** The cell of `identity`; a new one when there is none yet. */
  cell(identity: SeriesIdentity): number {
    const cell = this.#index.cell(identity);
    if (cell >= this.#values.length) this.#resize(this.#index.capacity);
    return cell;
  }

  /** `amount` is a whole number. Sums are exact and wrap at 64 bits, as Go's do. */
  addCounter(cell: number, amount: number): void {
    this.#touch(cell);
    const sum = (this.#values[cell] as number) + amount;
    // NaN, the mark of a big counter, fails here as well.
    if (sum <= Number.MAX_SAFE_INTEGER && sum >= Number.MIN_SAFE_INTEGER) this.#values[cell] = sum;
    else this.#addBig(cell, BigInt(amount));
  }

  addBigCounter(cell: number, amount: bigint): void {
    if (BigInt.asIntN(53, amount) === amount) {
      this.addCounter(cell, Number(amount));
      return;
    }
    this.#touch(cell);
    this.#addBig(cell, amount);
  }

  #addBig(cell: number, amount: bigint): void {
    const value = this.#values[cell] as number;
    const before = Number.isNaN(value) ? (this.#bigs.get(cell) ?? 0n) : BigInt(value);
    this.#bigs.set(cell, BigInt.asIntN(64, before + amount));
    this.#values[cell] = Number.NaN;
  }

  setGauge(cell: number, value: number): void {
    this.#touch(cell);
    this.#values[cell] = value;
  }

  addGauge(cell: number, value: number): void {
    this.#touch(cell);
    this.#values[cell] = (this.#values[cell] as number) + value;
  }

  addTiming(cell: number, value: number, times: number): void {
    this.#touch(cell);
    const statistics = (this.#statistics[cell] ??= new RunningStatistics(this.#settings));
    statistics.add(value, times);
  }

  addDistribution(cell: number, value: number): void {
    this.#lastEpoch[cell] = this.#epoch;
    this.#active[DISTRIBUTION]?.push(cell);
    this.#distributionValues.push(value);
  }

  /** The member is the bytes themselves; 3 bytes behind `end` must be readable. */
  addMember(cell: number, view: DataView, start: number, end: number): void {
    this.#touch(cell);
    if (this.#members.add(cell, view, start, end)) this.#values[cell] = (this.#values[cell] as number) + 1;
  }

  #touch(cell: number): void {
    if (this.#live[cell] === 0) this.#wake(cell);
    if (this.#settings.ttlMs > 0) this.#lastMs[this.#index.head(cell)] = this.nowMs;
  }

  #wake(cell: number): void {
    this.#live[cell] = 1;
    this.#values[cell] = 0;
    this.#bigs.delete(cell);
    this.#active[this.#index.shape(cell).group]?.push(cell);
  }

  /** Ends the interval at this very moment: what arrives from now on belongs to the next one. */
  freeze(): FrozenInterval {
    this.#epoch += 1;
    const groups = Array.from({ length: GROUP_COUNT }, (_, group) => this.#freezeGroup(group));
    const bigs = this.#bigs;
    this.#bigs = this.#settings.deletes[COUNTER] === true ? new Map() : new Map(bigs);
    if (this.#settings.deletes[SET] === true) this.#members.clear();
    return { groups, bigs };
  }

  #freezeGroup(group: number): FrozenGroup {
    const cells = this.#active[group] ?? [];
    const deletes = this.#settings.deletes[group] === true;
    const frozen = {
      cells,
      values: this.#frozenValues(group, cells),
      statistics: this.#frozenStatistics(group, cells),
    };
    for (const cell of cells) {
      this.#lastEpoch[cell] = this.#epoch;
      if (deletes) this.#live[cell] = 0;
      if (deletes && group === TIMING) this.#statistics[cell] = undefined;
    }
    this.#active[group] = deletes ? [] : cells.slice();
    return frozen;
  }

  #frozenValues(group: number, cells: readonly number[]): Float64Array {
    if (group === DISTRIBUTION) {
      const values = Float64Array.from(this.#distributionValues);
      this.#distributionValues = [];
      return values;
    }
    const values = new Float64Array(group === TIMING ? 0 : cells.length);
    for (let at = 0; at < values.length; at++) values[at] = this.#values[cells[at] as number] as number;
    return values;
  }

  #frozenStatistics(group: number, cells: readonly number[]): readonly RunningStatistics[] {
    return group === TIMING ? cells.map((cell) => this.#statistics[cell] as RunningStatistics) : [];
  }

  /** After an interval was emitted: drops what is past its TTL, and moves cells together when many are idle. */
  tidy(nowMs: number): void {
    if (this.#settings.ttlMs > 0) this.#expire(nowMs - this.#settings.ttlMs);
    let idle = 0;
    for (let cell = 0; cell < this.#index.size; cell++) if (this.#isIdle(cell)) idle += 1;
    if (idle >= IDLE_CELLS && idle * 4 >= this.#index.size) this.#release();
  }

  #expire(oldestMs: number): void {
    for (const group of GROUPS) {
      if (this.#settings.deletes[group] === true) continue;
      this.#active[group] = (this.#active[group] ?? []).filter((cell) => {
        if ((this.#lastMs[this.#index.head(cell)] as number) >= oldestMs) return true;
        this.#live[cell] = 0;
        this.#statistics[cell] = undefined;
        if (group === SET) this.#members.forget(cell);
        return false;
      });
    }
    this.#members.tidy();
  }

  #isIdle(cell: number): boolean {
    return this.#live[cell] === 0 && this.#epoch - (this.#lastEpoch[cell] as number) > IDLE_INTERVALS;
  }

  #release(): void {
    const heads = Array.from({ length: this.#index.size }, (_, cell) => this.#index.head(cell));
    const moved = this.#index.compact((cell) => !this.#isIdle(cell));
    // Cells only move down, so each column can be moved within itself.
    for (const [cell, next] of moved.entries()) {
      if (next < 0) continue;
      this.#values[next] = this.#values[cell] as number;
      this.#live[next] = this.#live[cell] as number;
      this.#lastEpoch[next] = this.#lastEpoch[cell] as number;
      this.#statistics[next] = this.#statistics[cell];
      if (this.#settings.ttlMs > 0)
        this.#lastMs[this.#index.head(next)] = this.#lastMs[heads[cell] as number] as number;
    }
    this.#resize(this.#index.capacity);
    this.#statistics.length = this.#index.size;
    this.#active = this.#active.map((cells) => cells.map((cell) => moved[cell] as number));
    this.#bigs = new Map([...this.#bigs].map(([cell, value]) => [moved[cell] ?? -1, value]));
    this.#bigs.delete(-1);
    this.#members.move(moved);
    this.onMoved(moved);
  }

  #resize(capacity: number): void {
    this.#values = resized(new Float64Array(capacity), this.#values);
    this.#live = resized(new Uint8Array(capacity), this.#live);
    this.#lastEpoch = resized(new Int32Array(capacity), this.#lastEpoch).fill(this.#epoch, this.#lastEpoch.length);
    if (this.#settings.ttlMs > 0) this.#lastMs = resized(new Float64Array(capacity), this.#lastMs);
  }
}
