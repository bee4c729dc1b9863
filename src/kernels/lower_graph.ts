/** @file Graphs to kernels: groups in order, each lowered by its rule; then where everything lies in memory. */
import type { DType } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import type { Target } from '../codegen/index.js';
import type { Graph, Node, Value } from '../graph/graph.js';
import { constantOf, isInput } from '../graph/graph.js';
import type { CallGroup, Group, LoopGroup, LoopLimits } from './schedule/groups.js';
import { fuse } from './schedule/fusion.js';
import type { View } from '../graph/views.js';
import { Views } from '../graph/views.js';
import type { Kernel } from './buffers.js';
import { Buffer } from './buffers.js';
import { materializeViews } from './materialize_views.js';
import type { BodyBuffers, Lowered, Lowering, Source } from './context.js';
import { copyKernel } from './move/copy.js';
import { LoopEpilogue } from './contraction/epilogue.js';
import type { Endings } from './schedule/epilogue_groups.js';
import { joinEpilogues } from './schedule/epilogue_groups.js';
import type { GroupKey } from './kernel_keys.js';
import { groupKey, kernelKey } from './kernel_keys.js';
import { lowerLoops } from './loops/loops.js';
import { SumsOfRows } from './loops/row_loop.js';
import { LoweredGroup } from './repeats.js';
import { lowerRules } from './rules.js';

/** Where the graph's inputs are, and where its outputs shall go. */
export interface Places {
  /** Address of each input in the heap; null: it is fed. */
  readonly inputs: readonly (number | null)[];
  /** Address of each output in the heap; null: it is returned. */
  readonly outputs: readonly (number | null)[];
  /** Puts a constant into the heap and gives its address. */
  placeConstant(value: NDArray): number;
}

/** A loop of more nodes and reads needs more registers and instructions than it should have. */
const loopLimits = ({ machine: { registers } }: Target): LoopLimits => ({ nodes: 6 * registers, reads: 2 * registers });

const endings: Endings = {
  columnsOf: (node) => lowerRules.get(node.primitive.name)?.epilogueColumns?.(node) ?? null,
  rowColumnsOf(node) {
    const rule = lowerRules.get(node.primitive.name);
    return (rule?.rowColumns ?? rule?.epilogueColumns)?.(node) ?? null;
  },
};

class GraphLowering implements Lowering {
  readonly kernels: Kernel[] = [];
  readonly #origins: (string | null)[] = [];
  /** Of the group at hand. */
  #origin: string | null = null;
  #key: string | null = null;
  /** Kernels of the group at hand so far. */
  #added = 0;
  readonly #views = new Views();
  readonly #buffers = new Map<Value, Buffer>();
  readonly #constants = new Map<string, Buffer>();
  readonly #tables = new Map<NDArray, Buffer>();
  /** Buffers that have the same content whenever these kernels run, as far as known. */
  readonly #unchanging: Set<Buffer>;
  /** By the groups' keys. */
  readonly #lowered = new Map<string, LoweredGroup>();

  constructor(
    readonly target: Target,
    private readonly graph: Graph,
    private readonly places: Places,
    readonly depth = 0,
    private readonly given?: BodyBuffers,
  ) {
    this.#unchanging = new Set(given?.captured);
    graph.outputs.forEach((value, i) => {
      const { base } = this.#views.of(value);
      const buffer = given?.outputs[i] ?? null;
      const fits = !isInput(base) && constantOf(base) === null && sizeOf(base.shape) === buffer?.size;
      if (fits && !this.#buffers.has(base)) this.#buffers.set(base, buffer);
    });
    graph.inputs.forEach((value, i) => {
      const known = given?.inputs[i] ?? null;
      if (known !== null) {
        this.#buffers.set(value, known);
        return;
      }
      const address = places.inputs[i];
      const label = `input ${i}`;
      const buffer =
        address === null
          ? Buffer.scratch(value, label)
          : new Buffer('heap', value.dtype, sizeOf(value.shape), label, address);
      if (address !== null && !places.outputs.includes(address)) this.#unchanging.add(buffer);
      this.#buffers.set(value, buffer);
    });
  }

  view(value: Value): View {
    return this.#views.of(value);
  }

  source(value: Value): Source {
    const view = this.#views.of(value);
    return { view, buffer: this.bufferOf(view.base) };
  }

  output(value: Value): Buffer {
    let buffer = this.#buffers.get(value);
    if (buffer === undefined) this.#buffers.set(value, (buffer = Buffer.scratch(value, value.node.primitive.name)));
    return buffer;
  }

  bufferOf(base: Value): Buffer {
    const known = this.#buffers.get(base);
    if (known !== undefined) return known;
    const constant = constantOf(base);
    if (constant !== null) return this.#constant(base, constant);
    if (isInput(base)) throw new InternalError('kernels: an input that the graph does not list');
    return this.output(base);
  }

  #constant(base: Value, array: NDArray): Buffer {
    const key = array.data.length <= 64 ? `${array.dtype} ${Array.from(array.data, String).join()}` : null;
    let buffer = key === null ? undefined : this.#constants.get(key);
    if (buffer === undefined) {
      buffer = this.#placed(array);
      if (key !== null) this.#constants.set(key, buffer);
    }
    this.#buffers.set(base, buffer);
    return buffer;
  }

  #placed(array: NDArray): Buffer {
    const address = this.places.placeConstant(array);
    const buffer = new Buffer('heap', array.dtype, array.data.length, 'constant', address, 'constant');
    this.#unchanging.add(buffer);
    return buffer;
  }

  constant(array: NDArray): Buffer {
    let table = this.#tables.get(array);
    if (table === undefined) this.#tables.set(array, (table = this.#placed(array)));
    return table;
  }

  workspace(dtype: DType, size: number, label: string): Buffer {
    return new Buffer('scratch', dtype, size, label, null, 'workspace');
  }

  body(graph: Graph, buffers: BodyBuffers): Lowered {
    const nowhere: Places = {
      inputs: graph.inputs.map(() => null),
      outputs: graph.outputs.map(() => null),
      placeConstant: (value) => this.places.placeConstant(value),
    };
    return new GraphLowering(this.target, materializeViews(graph), nowhere, this.depth + 1, buffers).lower();
  }

  isUnchanging(buffer: Buffer): boolean {
    return this.#unchanging.has(buffer);
  }

  add(kernel: Kernel): void {
    const key = this.#key === null ? undefined : kernelKey(kernel, this.#key, this.#added++);
    this.#push(key === undefined ? kernel : { ...kernel, key });
  }

  #push(kernel: Kernel): void {
    const { reads, writes, control } = kernel;
    const isUnchanging = control === undefined && reads.every((buffer) => this.#unchanging.has(buffer));
    for (const buffer of writes) {
      if (isUnchanging) this.#unchanging.add(buffer);
      else this.#unchanging.delete(buffer);
    }
    this.kernels.push(kernel);
    this.#origins.push(this.#origin);
  }

  lower(): Lowered {
    const groups = joinEpilogues(
      this.graph,
      fuse(this.graph, this.#views, loopLimits(this.target)),
      this.#views,
      endings,
    );
    const stored = this.#stored(groups);
    const isStored = (value: Value): boolean => stored.has(value);
    for (const group of groups) {
      this.#origin = originOf(group);
      const key = this.#keyOf(group, isStored);
      if (key === null || !this.#repeat(key)) this.#lowerGroup(group, key, isStored);
    }
    this.#origin = null;
    this.#key = null;
    const inputs = this.graph.inputs.map((value) => this.#buffers.get(value)!);
    const outputs = this.graph.outputs.map((value) => this.source(value).buffer);
    this.#assign(inputs, outputs);
    return { kernels: this.kernels, origins: this.#origins, inputs, outputs };
  }

  /** What the kernels of a group depend on: rules ask which operands are unchanging. */
  #keyOf(group: Group, isStored: (value: Value) => boolean): GroupKey | null {
    const key = groupKey(group, (value) => this.#views.of(value), isStored);
    if (key === null || group.kind === 'loop') return key;
    const unchanging = key.values.map(
      (value) => constantOf(value) !== null || this.#unchanging.has(this.#buffers.get(value)!),
    );
    return { ...key, text: `${key.text}|unchanging ${unchanging.join()}` };
  }

  /** Take the kernels of an earlier group of the same key. */
  #repeat({ text, values }: GroupKey): boolean {
    const kernels = this.#lowered.get(text)?.repeat(values, (value) => this.bufferOf(value)) ?? null;
    if (kernels === null) return false;
    for (const kernel of kernels) this.#push(kernel);
    return true;
  }

  #lowerGroup(group: Group, key: GroupKey | null, isStored: (value: Value) => boolean): void {
    this.#key = key?.text ?? null;
    this.#added = 0;
    const start = this.kernels.length;
    if (group.kind === 'loop') lowerLoops(group, this, isStored);
    else this.#call(group, isStored);
    if (key === null || this.#lowered.has(key.text)) return;
    const bufferOf = (value: Value): Buffer | undefined => this.#buffers.get(value);
    this.#lowered.set(key.text, new LoweredGroup(key.text, this.kernels.slice(start), key.values, bufferOf));
  }

  #call({ node, epilogue: end, rows, whole }: CallGroup, isStored: (value: Value) => boolean): void {
    const rule = lowerRules.get(node.primitive.name);
    if (rule === undefined) throw new InternalError(`kernels: there is no lowering of '${node.primitive.name}'`);
    if (whole === undefined) rule.lower(node, this);
    else {
      const apart = (group: LoopGroup) => (): void => lowerLoops(group, this, isStored);
      rule.lower(node, this, {
        epilogue: end && new LoopEpilogue(node, end, endings.columnsOf(node)!, this, isStored),
        rows: rows && new SumsOfRows(rows, this, isStored, apart(rows)),
        apart: apart(whole),
      });
    }
  }

  /** Values that are read outside of the loop that computes them. */
  #stored(groups: readonly Group[]): Set<Value> {
    const stored = new Set<Value>();
    for (const nodes of groups.flatMap(runsOf)) {
      const own = new Set(nodes);
      for (const node of nodes) {
        for (const value of node.inputs) {
          const { base } = this.#views.of(value);
          if (!own.has(base.node)) stored.add(base);
        }
      }
    }
    for (const value of this.graph.outputs) stored.add(this.#views.of(value).base);
    return stored;
  }

  /**
   * Let outputs be computed right where they belong, if nobody needs the old value any more by then; the others are copied there at
   * the end.
   */
  #assign(inputs: readonly Buffer[], outputs: readonly Buffer[]): void {
    const firstWrite = new Map<Buffer, number>();
    const lastRead = new Map<Buffer, number>();
    this.kernels.forEach((kernel, i) => {
      for (const buffer of kernel.writes) if (!firstWrite.has(buffer)) firstWrite.set(buffer, i);
      for (const buffer of kernel.reads) lastRead.set(buffer, i);
    });
    const late: [Buffer, number][] = [];
    const returned = new Set(outputs.filter((_, i) => this.places.outputs[i] === null));
    outputs.forEach((buffer, i) => {
      const address = this.places.outputs[i];
      if (address === null || (buffer.place === 'heap' && buffer.address === address)) return; // or it stays as it is
      const old = inputs.find((input) => input.place === 'heap' && input.address === address);
      const written = firstWrite.get(buffer);
      const read = old === undefined ? -1 : (lastRead.get(old) ?? -1);
      const free =
        written !== undefined &&
        (read < written || (read === written && this.kernels[written].mayOverwrite?.(old!) === true));
      // A result that is returned as well stays in the scratch memory, where results are fetched from.
      if (buffer.place === 'scratch' && free && !returned.has(buffer)) buffer.moveToHeap(address);
      else late.push([buffer, address]);
    });
    for (const [from, address] of late) {
      const to = new Buffer('heap', from.dtype, from.size, 'assigned', address);
      this.add(copyKernel(from, to));
    }
  }
}

/** The nodes of a group that hand values to each other without memory. */
function runsOf(group: Group): (readonly Node[])[] {
  const all = ({ nodes, reductions }: LoopGroup): Node[] => [...nodes, ...reductions];
  if (group.kind === 'loop') return [all(group)];
  const { node, epilogue, rows } = group;
  return [[node, ...(epilogue?.nodes ?? [])], ...(rows === undefined ? [] : [all(rows)])];
}

/** Whose code most nodes of the group are. */
function originOf(group: Group): string | null {
  if (group.kind === 'call') return group.node.origin;
  const counts = new Map<string, number>();
  for (const { origin } of [...group.nodes, ...group.reductions]) {
    if (origin !== null) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  return [...counts].reduce<[string | null, number]>((a, b) => (b[1] > a[1] ? b : a), [null, 0])[0];
}

/** Lower a graph whose views `materializeViews` has copied where kernels need copies. */
export function lowerGraph(graph: Graph, target: Target, places: Places): Lowered {
  return new GraphLowering(target, graph, places).lower();
}
