/**
 * @file `RunState`: what a dashboard shows of one run. It is told to readers by what they lack: a reader says which version it has
 * seen, and gets what changed since. So frames may be left out for a slow reader, and one that comes back goes on where it was.
 */
import type { SeriesFrame } from './series.js';
import { Series } from './series.js';

export type RunStatus = 'running' | 'finished' | 'stopped' | 'failed' | 'lost';

/** What a run is, and where it stands. */
export interface RunInfo {
  readonly name: string;
  readonly status: RunStatus;
  /** What there is to say of the status: an error, who stopped it. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Seconds since the start. */
  readonly elapsed: number;
  /** Seconds until the last epoch ends; null: not known. */
  readonly timeLeft: number | null;
  /** The epoch at hand, counted from 1; 0 before the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** Epochs that were done before this run. */
  readonly firstEpoch: number;
  /** Steps of the epoch at hand that are done. */
  readonly stepsOfEpoch: number;
  /** Steps an epoch; null: not known yet. */
  readonly stepsPerEpoch: number | null;
  /** Steps a second, lately; null: not known yet. */
  readonly throughput: number | null;
  /** By the optimizers' names; `''` where there is one. */
  readonly learningRates: Readonly<Record<string, number>>;
  /** Whether the learning rate follows a schedule, so that nobody can set it. */
  readonly scheduled: boolean;
  /** Whether the run will stop after the epoch at hand. */
  readonly stopping: boolean;
  /** The last logs, of an epoch. */
  readonly logs: Readonly<Record<string, number | string>>;
}

/** Values of a weight, counted, at some epochs: each `stride`-th of those that were given, and the newest. */
export interface Histogram {
  readonly given: number;
  readonly stride: number;
  readonly epochs: readonly number[];
  /** The lowest and the highest value of each epoch. */
  readonly ranges: readonly (readonly [low: number, high: number])[];
  /** For each epoch, how many values lie in each of equal parts of its range. */
  readonly counts: readonly (readonly number[])[];
}

/** An image as bytes: grey or red, green, blue; rows from the top. */
export interface SampleImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  /** Bytes in base64. */
  readonly data: string;
}

/** A prediction as it is shown. */
export interface ShownSample {
  readonly title: string;
  readonly text: string;
  /** null: nobody says. */
  readonly correct: boolean | null;
  readonly image: SampleImage | null;
}

export interface Samples {
  readonly epoch: number;
  readonly list: readonly ShownSample[];
}

/** How often each class was taken for each. */
export interface Confusion {
  readonly epoch: number;
  readonly names: readonly string[];
  /** A row for each true class, a column for each predicted one. */
  readonly counts: readonly (readonly number[])[];
}

export interface Note {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: 'log' | 'warn' | 'error' | 'note';
  readonly text: string;
}

/** What a run has beside curves; each part is told whole when it changes. */
export interface RunParts {
  readonly info: RunInfo;
  readonly histograms: Readonly<Record<string, Histogram>>;
  readonly samples: Samples;
  readonly confusion: Confusion;
  readonly notes: readonly Note[];
}

/** What a reader lacks of a run. */
export interface RunFrame {
  readonly id: string;
  readonly parts: Partial<RunParts>;
  readonly series: Readonly<Record<string, SeriesFrame>>;
}

/** What a reader lacks. */
export interface Frame {
  readonly version: number;
  readonly runs: readonly RunFrame[];
}

/** What people may ask a run for. */
export type Command = { readonly name: 'stop' } | { readonly name: 'scaleLearningRate'; readonly factor: number };

/** Counts changes. */
export class Versions {
  current = 0;

  next(): number {
    return ++this.current;
  }
}

/** What is known of one run. Names of curves: `epoch/loss`, `batch/loss`, `rate/`, `throughput/`, `gradient/dense/kernel`. */
export class RunState {
  readonly id: string;
  readonly series = new Map<string, Series>();
  readonly #versions: Versions;
  readonly #parts = new Map<keyof RunParts, { value: unknown; version: number }>();

  constructor(id: string, versions: Versions) {
    this.id = id;
    this.#versions = versions;
  }

  get<K extends keyof RunParts>(part: K): RunParts[K] | undefined {
    return this.#parts.get(part)?.value as RunParts[K] | undefined;
  }

  set<K extends keyof RunParts>(part: K, value: RunParts[K]): void {
    this.#parts.set(part, { value, version: this.#versions.next() });
  }

  /** Put a point at the end of a curve. */
  add(name: string, x: number, y: number): void {
    this.#seriesOf(name).add(x, y, this.#versions.next());
  }

  #seriesOf(name: string): Series {
    let series = this.series.get(name);
    if (series === undefined) {
      series = new Series();
      this.series.set(name, series);
    }
    return series;
  }

  /** What a reader lacks who has seen a version (0: none); null: nothing. */
  since(version: number): RunFrame | null {
    const parts: Partial<Record<keyof RunParts, unknown>> = {};
    for (const [name, part] of this.#parts) if (part.version > version) parts[name] = part.value;
    const series: Record<string, SeriesFrame> = {};
    for (const [name, each] of this.series) {
      const frame = each.since(version);
      if (frame !== null) series[name] = frame;
    }
    if (Object.keys(parts).length + Object.keys(series).length === 0) return null;
    return { id: this.id, parts: parts as Partial<RunParts>, series };
  }

  /** Take over what a frame brings. */
  apply(frame: RunFrame): void {
    for (const [name, value] of Object.entries(frame.parts)) this.set(name as keyof RunParts, value);
    const version = this.#versions.next();
    for (const [name, each] of Object.entries(frame.series)) this.#seriesOf(name).apply(each, version);
  }
}
