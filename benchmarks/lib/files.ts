/** @file Loading and saving large models, by keras-ts and by Keras: time, and peak memory. Each measurement is a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Input, layers, saving, Sequential } from 'keras-ts';
import { root } from './session.js';

/** Models of about so many bytes: layers of 4096 × 4096 and of 3600 × 3600 numbers. */
export const fileSizes = { '100 MB': { width: 3600, depth: 2 }, '1 GB': { width: 4096, depth: 15 } } as const;
export type FileSize = keyof typeof fileSizes;

const formats = ['.keras', '.weights.h5', '.safetensors'] as const;

/** One measurement. */
export interface FileMeasure {
  readonly seconds: number;
  /** Peak of resident memory above what the process held before, in bytes. */
  readonly peak: number;
}

/** The same of keras-ts and of Keras. */
export interface FileRow {
  readonly what: string;
  readonly size: FileSize;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Bytes of the model's weights, which are there before saving and after loading. */
  readonly model: number;
  readonly own: FileMeasure;
  /** null: there is no Keras here, or it has no such format. */
  readonly keras: FileMeasure | null;
}

const build = ({ width, depth }: { readonly width: number; readonly depth: number }): Sequential =>
  new Sequential([
    Input({ shape: [width] }),
    ...Array.from({ length: depth }, () => new layers.Dense(width, { kernelInitializer: 'ones' })),
  ]);

/** Resident memory now and at its peak, in bytes. Where the system tells, the peak begins anew when `restart` is true. */
function memory(restart: boolean): { readonly now: number; readonly peak: number } {
  const { rss } = process.memoryUsage();
  try {
    if (restart) writeFileSync('/proc/self/clear_refs', '5');
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1];
    return { now: rss, peak: Number(kilobytes) * 1024 };
  } catch {
    return { now: rss, peak: process.resourceUsage().maxRSS * 1024 };
  }
}

async function measured(work: () => Promise<unknown>): Promise<FileMeasure> {
  const before = memory(true);
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, peak: memory(false).peak - before.now };
}

/** What a child process does: `save` or `load` a file of this size. The readers are loaded, and have been used, before. */
export async function fileJob(job: string): Promise<FileMeasure> {
  const [task, size, path] = JSON.parse(job) as [task: 'save' | 'load', size: FileSize, path: string];
  const isModel = path.endsWith('.keras');
  const small = build({ width: 8, depth: 1 });
  const warm = `${path}.warm${formats.find((format) => path.endsWith(format))!}`;
  if (isModel) await small.save(warm);
  else await small.saveWeights(warm);
  if (isModel) await saving.loadModel(warm);
  else await small.loadWeights(warm);
  rmSync(warm);
  if (task === 'load' && isModel) return measured(() => saving.loadModel(path));
  const model = build(fileSizes[size]);
  if (task === 'load') return measured(() => model.loadWeights(path));
  return measured(() => (isModel ? model.save(path) : model.saveWeights(path)));
}

async function inChild(program: string, args: readonly string[]): Promise<FileMeasure> {
  const { stdout } = await promisify(execFile)(program, args, { cwd: root, maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as FileMeasure;
}

/**
 * All measurements, one after the other.
 *
 * @param script What runs `fileJob` when it is called with `--job`.
 * @param python A Python with Keras; null: there is none.
 */
export async function* fileRows(
  sizes: readonly FileSize[],
  script: string,
  python: string | null,
): AsyncGenerator<FileRow, void> {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-files-'));
  try {
    for (const size of sizes) {
      const { width, depth } = fileSizes[size];
      const model = 4 * depth * (width * width + width);
      for (const format of formats) {
        const path = (who: string): string => join(folder, `${who}${format}`);
        const knows = python !== null && format !== '.safetensors';
        for (const task of ['save', 'load'] as const) {
          const job = JSON.stringify([task, size, path('ts')]);
          const own = await inChild(process.execPath, [...process.execArgv, script, '--job', job]);
          const peer = [join(root, 'tools', 'bench', 'files.py'), task, String(width), String(depth), path('keras')];
          const keras = knows ? await inChild(python, peer) : null;
          const what = `${format} ${task === 'save' ? 'saved' : 'loaded'}`;
          yield { what, size, bytes: statSync(path('ts')).size, model, own, keras };
        }
        for (const who of ['ts', 'keras']) rmSync(path(who), { force: true });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** By how much the peak may exceed the model when a file is read, as a part of the file: the bound that is promised. */
export const READING_BOUND = 1.3;

/** The peak beyond the model as a part of the file. For loading, where the model is new, its memory is taken off. */
export const beyondModel = ({ bytes, model, what }: FileRow, { peak }: FileMeasure): number =>
  (peak - (what === '.keras loaded' ? model : 0)) / bytes;
