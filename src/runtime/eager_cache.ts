/** @file Compiled programs of eager work, found again by the text of their graphs, the least recently used dropped first. */
import type { NDArray } from '../core/ndarray.js';
import type { Backend, Executable, Graph } from '../graph/index.js';
import { interpret } from '../graph/index.js';
import { programKey } from '../graph/print.js';
import { currentBackend, interpretsEagerly } from './backends.js';
import { COMPILE_ABOVE, graphWork } from './work.js';

const CAPACITY = 64;

class EagerCache {
  readonly #entries = new Map<string, { backend: Backend; executable: Executable }>();

  /** Run a graph whose inputs are all fed and whose outputs all come back. */
  run(graph: Graph, feeds: readonly NDArray[]): NDArray[] {
    if (interpretsEagerly() || graphWork(graph) < COMPILE_ABOVE) return interpret(graph, feeds);
    const backend = currentBackend();
    const key = `${backend.name}\n${programKey(graph)}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const bindings = { inputs: graph.inputs.map(() => null), outputs: graph.outputs.map(() => null), counter: null };
      entry = { backend, executable: backend.compile(graph, backend.createHeap(), bindings) };
    } else {
      this.#entries.delete(key);
    }
    this.#entries.set(key, entry);
    if (this.#entries.size > CAPACITY) this.#entries.delete(this.#entries.keys().next().value!);
    // Eager results are wanted at once: where the backend has them only later, the host computes.
    return entry.executable.runSync?.(feeds, 1) ?? interpret(graph, feeds);
  }
}

export const eagerCache = new EagerCache();
