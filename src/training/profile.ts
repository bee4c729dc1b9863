/** @file `Profile`: where the time of a step goes, by layer and by kernel; as tables, and as a trace for Chrome. */
import type { KernelTime } from '../graph/index.js';
import { GRADIENT_OF } from '../graph/origin.js';
import type { DataLike } from '../data/index.js';
import type { StepKind } from './step_tensors.js';

/** Options of `model.profile(x, y, options)`. */
export interface ProfileOptions {
  /** Samples of the batch. Default: 32, or as the data set has it. */
  readonly batchSize?: number | null;
  /** Weights of the samples, as `fit` takes them. */
  readonly sampleWeight?: DataLike;
  /** How many steps are timed. Default 10. */
  readonly steps?: number;
  /** What kind of step: of `fit`, `evaluate` or `predict`. Default `'train'`. */
  readonly step?: StepKind;
  /** Rows of the table of kernels, the costliest first; null: all. Default 30. */
  readonly rows?: number | null;
  /** Name of a file for the trace, which chrome://tracing and https://ui.perfetto.dev show. Default: none is written. */
  readonly trace?: string | null;
  /** Gets the tables as one text. Default: they are written to the terminal. */
  readonly printFn?: ((text: string) => void) | null;
}

export const PROFILE_OPTIONS = [
  'batchSize',
  'sampleWeight',
  'steps',
  'step',
  'rows',
  'trace',
  'printFn',
] as const satisfies readonly (keyof ProfileOptions)[];

/** A kernel: a piece of the program that runs at a stretch. */
export interface KernelProfile {
  /** What it does, and over which shape. */
  readonly label: string;
  /**
   * Whose code it computes: the path of a layer inside the model, `'optimizer'`, `'loss'`, `'metrics'`; null: none of these. A kernel that
   * several have a part in counts for the one that has most operations in it.
   */
  readonly layer: string | null;
  /** Whether it belongs to the backward pass. */
  readonly backward: boolean;
  /** Milliseconds a step, on one thread. */
  readonly time: number;
  /** Operations a step, about: two for a multiply-add. */
  readonly work: number;
  /** Bytes read and written a step, each buffer once. */
  readonly bytes: number;
}

/** All kernels of one layer, or of the optimizer, the loss, the metrics. */
export interface LayerProfile {
  /** See `KernelProfile.layer`. */
  readonly layer: string | null;
  /** Milliseconds a step in the forward pass, on one thread. */
  readonly forward: number;
  /** Milliseconds a step in the backward pass, on one thread. */
  readonly backward: number;
  readonly work: number;
  readonly bytes: number;
}

/** What a profile was made of. */
export interface ProfileParts {
  readonly model: string;
  readonly step: StepKind;
  /** Samples of the batch. */
  readonly samples: number;
  readonly steps: number;
  readonly threads: number;
  /** Milliseconds of a whole step on all threads. */
  readonly stepTime: number;
  readonly kernels: readonly KernelTime[];
  readonly rows: number | null;
}

const OTHER = '(other)';

/** Where the time of a step goes: what `model.profile` gives. `String(profile)` is its tables. */
export class Profile {
  /** Milliseconds of a whole step on all threads; the mean. */
  readonly stepTime: number;
  /** Threads that it was timed on. */
  readonly threads: number;
  /** In the order in which they run. */
  readonly kernels: readonly KernelProfile[];
  /** The costliest first. */
  readonly layers: readonly LayerProfile[];
  readonly #parts: ProfileParts;

  constructor(parts: ProfileParts) {
    this.#parts = parts;
    this.stepTime = parts.stepTime;
    this.threads = parts.threads;
    this.kernels = parts.kernels.map(({ origin, label, time, work, bytes }) => {
      const backward = origin?.startsWith(GRADIENT_OF) ?? false;
      const path = backward ? origin!.slice(GRADIENT_OF.length) : origin;
      const inside = path?.startsWith(`${parts.model}/`) ? path.slice(parts.model.length + 1) : path;
      return { label, layer: inside, backward, time, work, bytes };
    });
    this.layers = byLayer(this.kernels);
  }

  /** Milliseconds of all kernels together, on one thread. */
  get kernelTime(): number {
    return this.kernels.reduce((sum, { time }) => sum + time, 0);
  }

  /** The tables: layers, then kernels. */
  toString(): string {
    const { model, step, samples, steps, rows } = this.#parts;
    const total = this.kernelTime;
    const share = (time: number): string => `${((100 * time) / total).toFixed(1)} %`;
    const costliest = [...this.kernels].sort((a, b) => b.time - a.time);
    const shown = rows === null ? costliest : costliest.slice(0, rows);
    const rest = costliest.slice(shown.length);
    const ofKernel = ({ label, layer, backward, time, work, bytes }: KernelProfile): string[] => [
      label,
      `${layer ?? OTHER}${backward ? ', backward' : ''}`,
      milliseconds(time),
      share(time),
      ...rates(time, work, bytes),
    ];
    const restTime = rest.reduce((sum, { time }) => sum + time, 0);
    return [
      `Model '${model}', ${step} step of ${samples} ${samples === 1 ? 'sample' : 'samples'}: ${milliseconds(this.stepTime)} ms on ${this.threads} ` +
        `${this.threads === 1 ? 'thread' : 'threads'}, the mean of ${steps}. ` +
        `Its ${this.kernels.length} kernels, timed one by one on one thread: ${milliseconds(total)} ms.`,
      '',
      ...textTable(
        ['layer', 'forward, ms', 'backward, ms', 'share', 'GFLOP/s', 'GB/s'],
        this.layers.map(({ layer, forward, backward, work, bytes }) => [
          layer ?? OTHER,
          milliseconds(forward),
          milliseconds(backward),
          share(forward + backward),
          ...rates(forward + backward, work, bytes),
        ]),
        1,
      ),
      '',
      ...textTable(
        ['kernel', 'of', 'ms', 'share', 'GFLOP/s', 'GB/s'],
        [
          ...shown.map(ofKernel),
          ...(rest.length === 0 ? [] : [[`${rest.length} more`, '', milliseconds(restTime), share(restTime), '', '']]),
        ],
        2,
      ),
      '',
    ].join('\n');
  }

  /**
   * The profile as JSON text in Chrome's trace format: one step, kernel after kernel as on one thread, each as long as it took on average;
   * below them the layers.
   */
  toChromeTrace(): string {
    const process = 1;
    const [kernelRow, layerRow] = [1, 2];
    const named = (tid: number, name: string): object => ({
      ph: 'M',
      name: 'thread_name',
      pid: process,
      tid,
      args: { name },
    });
    const events: object[] = [
      { ph: 'M', name: 'process_name', pid: process, args: { name: `${this.#parts.model}: ${this.#parts.step} step` } },
      named(kernelRow, 'kernels'),
      named(layerRow, 'layers'),
    ];
    const span = (tid: number, name: string, ts: number, end: number, args: object): void => {
      events.push({ ph: 'X', name, pid: process, tid, ts, dur: end - ts, args });
    };
    let now = 0; // microseconds
    const layers: { readonly name: string; readonly since: number }[] = [];
    for (const { label, layer, backward, time, work, bytes } of this.kernels) {
      const name = `${layer ?? OTHER}${backward ? ', backward' : ''}`;
      if (layers.at(-1)?.name !== name) layers.push({ name, since: now });
      span(kernelRow, label, now, now + 1000 * time, { of: name, operations: work, bytes });
      now += 1000 * time;
    }
    layers.forEach(({ name, since }, i) => span(layerRow, name, since, layers[i + 1]?.since ?? now, {}));
    return JSON.stringify({ traceEvents: events, displayTimeUnit: 'ms' });
  }
}

function byLayer(kernels: readonly KernelProfile[]): LayerProfile[] {
  const found = new Map<string | null, { -readonly [K in keyof LayerProfile]: LayerProfile[K] }>();
  for (const { layer, backward, time, work, bytes } of kernels) {
    let sum = found.get(layer);
    if (sum === undefined) found.set(layer, (sum = { layer, forward: 0, backward: 0, work: 0, bytes: 0 }));
    sum[backward ? 'backward' : 'forward'] += time;
    sum.work += work;
    sum.bytes += bytes;
  }
  return [...found.values()].sort((a, b) => b.forward + b.backward - a.forward - a.backward);
}

const milliseconds = (time: number): string => time.toFixed(time >= 100 ? 0 : time >= 1 ? 2 : 4);

/** GFLOP/s and GB/s. */
function rates(time: number, work: number, bytes: number): [string, string] {
  const rate = (amount: number): string => (time > 0 ? (amount / time / 1e6).toFixed(1) : '–');
  return [rate(work), rate(bytes)];
}

/** Lines of a table; the first `texts` columns to the left, the others to the right. */
function textTable(head: readonly string[], rows: readonly (readonly string[])[], texts: number): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < texts ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd(); // prettier-ignore
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)];
}
