// The statistics of one timing series in one interval: exact mean, deviation, sum, bounds and count, and a bounded
// sample for median and percentiles. Follows Telegraf's plugins/inputs/statsd/running_stats.go, without reserving the
// sample in advance and with one buffer for both uses as long as they hold the same values.

/** The median looks at this many of the latest values. */
const MEDIAN_LIMIT = 1000;
/** Repeats are added one by one up to here, so that rounding equals Telegraf's; beyond, in one step. */
const SINGLE_STEPS = 1000;

export interface SampleSettings {
  /** Values kept for percentiles. */
  readonly percentileLimit: number;
  /** Without percentiles their sample need not be kept. */
  readonly percentiles: boolean;
  /** [0, 1) */
  readonly random: () => number;
}

export class RunningStatistics {
  readonly #settings: SampleSettings;
  #count = 0;
  #shift = 0;
  #difference = 0;
  #squares = 0;
  #sum = 0;
  #upper = 0;
  #lower = 0;
  /** Latest values: in order of arrival until MEDIAN_LIMIT, then a ring. */
  #latest: number[] = [];
  #latestAt = 0;
  /** Values for percentiles, once they are no longer the same as `latest`. */
  #sample: number[] | undefined;
  #sampleSorted = false;

  constructor(settings: SampleSettings) {
    this.#settings = settings;
  }

  get count(): number {
    return this.#count;
  }
  get sum(): number {
    return this.#sum;
  }
  get upper(): number {
    return this.#upper;
  }
  get lower(): number {
    return this.#lower;
  }
  get mean(): number {
    return this.#shift + this.#difference / this.#count;
  }
  get deviation(): number {
    const variance = (this.#squares - (this.#difference * this.#difference) / this.#count) / this.#count;
    // Rounding can leave a tiny negative number.
    return Math.sqrt(Math.max(0, variance));
  }

  /** Adds `value` as if it had come `times` times. The work is bounded whatever `times` is. */
  add(value: number, times = 1): void {
    if (this.#count === 0) {
      this.#shift = value;
      this.#upper = value;
      this.#lower = value;
    }
    if (value > this.#upper) this.#upper = value;
    else if (value < this.#lower) this.#lower = value;
    if (times > SINGLE_STEPS) {
      this.#addMany(value, times);
      return;
    }
    for (let i = 0; i < times; i++) this.#addOne(value);
  }

  #addOne(value: number): void {
    const difference = value - this.#shift;
    this.#difference += difference;
    this.#squares += difference * difference;
    this.#sum += value;
    if (this.#settings.percentiles) this.#keepForPercentiles(value);
    this.#count += 1;
    this.#keepForMedian(value);
  }

  #addMany(value: number, times: number): void {
    const difference = value - this.#shift;
    this.#difference += difference * times;
    this.#squares += difference * difference * times;
    this.#sum += value * times;
    if (this.#settings.percentiles) this.#floodPercentiles(value, times);
    this.#count += times;
    this.#latest.length = 0;
    for (let i = 0; i < MEDIAN_LIMIT; i++) this.#latest.push(value);
    this.#latestAt = 0;
  }

  #keepForMedian(value: number): void {
    if (this.#latest.length < MEDIAN_LIMIT) {
      this.#latest.push(value);
      return;
    }
    this.#latest[this.#latestAt] = value;
    this.#latestAt = (this.#latestAt + 1) % MEDIAN_LIMIT;
  }

  #keepForPercentiles(value: number): void {
    const limit = this.#settings.percentileLimit;
    if (this.#sample === undefined) {
      // Still the same values as `latest`, which is about to take this one.
      if (this.#count < limit && this.#count < MEDIAN_LIMIT) return;
      this.#sample = this.#latest.slice();
    }
    this.#sampleSorted = false;
    if (this.#sample.length < limit) this.#sample.push(value);
    else this.#sample[Math.floor(this.#settings.random() * limit)] = value;
  }

  /** What `times` random replacements leave behind, in one pass over the sample. */
  #floodPercentiles(value: number, times: number): void {
    const { percentileLimit: limit, random } = this.#settings;
    const sample = (this.#sample ??= this.#latest.slice());
    const free = Math.min(times, limit - sample.length);
    for (let i = 0; i < free; i++) sample.push(value);
    const survives = (1 - 1 / limit) ** (times - free);
    for (let i = 0; i < sample.length; i++) if (random() >= survives) sample[i] = value;
    this.#sampleSorted = false;
  }

  median(): number {
    const sorted = Float64Array.from(this.#latest).toSorted();
    const middle = sorted.length >> 1;
    const upper = sorted[middle] ?? 0;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  }

  /** In the order of `percents`. Not interpolated: the value at trunc(n * percent / 100) of the sorted sample. */
  percentiles(percents: readonly number[]): readonly number[] {
    const sorted = this.#sortedSample();
    return percents.map((percent) => {
      const index = Math.trunc((sorted.length * Math.min(percent, 100)) / 100);
      return sorted[Math.max(0, Math.min(index, sorted.length - 1))] ?? 0;
    });
  }

  #sortedSample(): ArrayLike<number> {
    if (this.#sample === undefined) return Float64Array.from(this.#latest).toSorted();
    // Which slot is replaced next is random: the order may change.
    if (!this.#sampleSorted) this.#sample = Array.from(Float64Array.from(this.#sample).toSorted());
    this.#sampleSorted = true;
    return this.#sample;
  }
}
