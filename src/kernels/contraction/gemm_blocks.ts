/** @file How a packed product is cut into tasks: by a model of what packing, partial sums and idle threads cost beside the products. */
import type { MachineModel } from '../../codegen/index.js';
import type { Tile } from './gemm_tile.js';
import { MAX_THREADS } from '../buffers.js';
import { divideUp, roundUp, taskWork } from '../work.js';

/** The sizes of a product, and what is fixed of how it is done. */
export interface ProductSize {
  readonly nb: number;
  readonly nm: number;
  readonly nn: number;
  readonly nk: number;
  /** Steps of the depth that are packed at a time. */
  readonly depthBlock: number;
  /** B is packed ahead in any case. */
  readonly packedAnyway: boolean;
}

/** How a product is cut. */
export interface Blocks {
  /** Rows and columns of C that a task computes. */
  readonly rows: number;
  readonly columns: number;
  /** Parts of the depth that are computed apart and summed at the end, and how deep each is. */
  readonly parts: number;
  readonly partDepth: number;
  /** Whether B is packed by a kernel of its own, once, and not by each task that needs a piece of it. */
  readonly ahead: boolean;
}

const ROWS = [16, 32, 64, 96, 128, 192, 256];
const COLUMNS = [16, 32, 64, 128, 192, 256, 384, 512];
const PARTS = [1, 2, 3, 4, 6, 8, 12, 16];

/** Some sizes of blocks, the whole extent among them if it is not larger than the greatest. */
const sizesFor = (extent: number, unit: number, sizes: readonly number[]): number[] => {
  const smaller = sizes.filter((size) => size < extent);
  return extent <= sizes.at(-1)! ? [...smaller, roundUp(extent, unit)] : smaller;
};

/**
 * The cheapest cut. It depends on the problem alone, never on the number of threads.
 *
 * @param plain The tile for which the parts of the depth are chosen, whatever `tile` is: sums have the same order with all tiles.
 * @param sumsRows Whether rows are summed as well, a block at a time: the blocks of rows are then chosen for `plain` too.
 */
export function chooseBlocks(
  size: ProductSize,
  tile: Tile,
  plain: Tile,
  machine: MachineModel,
  sumsRows = false,
): Blocks {
  const { nk, depthBlock } = size;
  const depths = new Set(PARTS.map((parts) => (parts === 1 ? nk : roundUp(divideUp(nk, parts), depthBlock))));
  const blocks = cheapest(size, plain, machine, depths);
  if (tile.columns === plain.columns) return blocks;
  return cheapest(size, tile, machine, [blocks.partDepth], sumsRows ? [blocks.rows] : undefined);
}

function cheapest(
  size: ProductSize,
  tile: Tile,
  machine: MachineModel,
  depths: Iterable<number>,
  heights: readonly number[] = sizesFor(size.nm, tile.rows, ROWS),
): Blocks {
  const task = machine.handOutNs * machine.fmaPerNs;
  // A kernel more: threads meet once more.
  const kernel = machine.meetingNs * machine.fmaPerNs;
  const { nb, nm, nn, nk, packedAnyway } = size;
  const products = nb * roundUp(nm, tile.rows) * roundUp(nn, tile.columns) * nk;
  // Tasks should divide well among threads, unless the product is too small for more than one.
  const threads = products < taskWork(machine) ? 1 : MAX_THREADS;
  const { pack, packAhead: aheadOf, partial } = machine.products;
  let best: Blocks | null = null;
  let least = Infinity;
  for (const partDepth of depths) {
    const parts = divideUp(nk, partDepth);
    for (const rows of heights) {
      for (const columns of sizesFor(nn, tile.columns, COLUMNS)) {
        const [rowBlocks, columnBlocks] = [divideUp(nm, rows), divideUp(nn, columns)];
        const tasks = nb * parts * rowBlocks * columnBlocks;
        const packA = nb * nm * nk * columnBlocks * pack;
        const packB = nb * nn * nk * rowBlocks * pack;
        const packAhead = nb * nn * nk * aheadOf + kernel;
        const ahead = packedAnyway || packAhead < packB;
        const inTasks = products + packA + (ahead ? 0 : packB) + tasks * task;
        const sums = parts === 1 ? 0 : nb * nm * nn * parts * partial + kernel;
        const cost = (inTasks / tasks) * roundUp(tasks, threads) + (ahead ? packAhead : 0) + sums;
        if (cost < least) {
          least = cost;
          best = { rows, columns, parts, partDepth, ahead };
        }
      }
    }
  }
  return best!;
}
