/** @file Models as graphs, against what real Keras gives pydot; and as pictures. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Input, layers, Model, ops, Sequential, utils } from '../index.js';
import { toCamelCase } from '../core/naming.js';
import { modelFromJson } from '../models/index.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { readFixtures } from '../testing/fixtures.js';
import type { DotAttributes, DotGraph } from './dot.js';
import { drawModel } from './model_to_dot.js';

/** A graph as tools/fixtures/dot.py writes it. */
interface RecordedGraph {
  readonly type: string;
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  readonly defaults: Record<string, unknown>;
  readonly nodes: readonly [number, Record<string, unknown>][];
  readonly clusters: readonly RecordedGraph[];
  readonly edges: readonly [number, number, Record<string, unknown>][];
}

interface DotCase extends FixtureCase {
  readonly model: string;
  readonly options: Record<string, unknown>;
  readonly graph: RecordedGraph;
}

const withoutSpans = (label: string): string => label.replace(/ colspan="\d+"/g, '');
const texts = (attributes: DotAttributes): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'object' ? withoutSpans(`<${value.html}>`) : typeof value === 'boolean' ? value : String(value),
    ]),
  );
/** Values as text. Headings are as wide here as the cells below them, which Keras overlooks; the test after this one looks at that. */
const plain = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'boolean' ? value : withoutSpans(String(value)),
    ]),
  );

const camelCaseKeys = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));

/** Both sides in one form: boxes by their labels, whatever their ids. */
function ours(graph: DotGraph, label: (id: string) => string): unknown {
  return {
    cluster: graph.heading.startsWith('subgraph'),
    attributes: texts(graph.attributes),
    defaults: texts(graph.nodeDefaults),
    nodes: graph.nodes.map((node) => texts(node.attributes)),
    clusters: graph.clusters.map((cluster) => ours(cluster, label)),
    edges: graph.edges.map(({ from, to, attributes }) => [label(from), label(to), texts(attributes)]),
  };
}
function theirs(graph: RecordedGraph, label: (id: number) => string): unknown {
  return {
    cluster: graph.type === 'subgraph',
    attributes: plain(graph.attributes),
    defaults: plain(graph.defaults),
    nodes: graph.nodes.map(([, attributes]) => plain(attributes)),
    clusters: graph.clusters.map((cluster) => theirs(cluster, label)),
    edges: graph.edges.map(([from, to, attributes]) => [label(from), label(to), plain(attributes)]),
  };
}
function ourLabels(graph: DotGraph): [string, string][] {
  const own = graph.nodes.map(({ id, attributes }): [string, string] => [id, JSON.stringify(attributes['label'])]);
  return [...own.map(([id, text]): [string, string] => [id, textOf(text)]), ...graph.clusters.flatMap(ourLabels)];
}
function theirLabels(graph: RecordedGraph): [number, string][] {
  const own = graph.nodes.map(([id, { label }]): [number, string] => [id, textOf(JSON.stringify(label))]);
  return [...own, ...graph.clusters.flatMap(theirLabels)];
}
const textOf = (label: string): string => /<b>.*?<\/font>/.exec(label)![0];

describe('modelToDot', () => {
  test.each(readFixtures<DotCase>('dot').map((each): [string, DotCase] => [each.id, each]))(
    '%s: boxes, arrows and clusters are those of Keras',
    (_id, { model, options, graph }) => {
      const drawn = drawModel('modelToDot', modelFromJson(model), camelCaseKeys(options));
      const [own, other] = [new Map(ourLabels(drawn)), new Map(theirLabels(graph))];
      expect(ours(drawn, (id) => own.get(id) ?? '?')).toEqual(theirs(graph, (id) => other.get(id) ?? '?'));
    },
  );

  test('headings are as wide as the cells below them', () => {
    const x = Input({ shape: [2] });
    const model = new Model(x, new layers.Flatten()(new layers.Dense(2)(x)));
    const text = utils.modelToDot(model, { showShapes: true, showDtype: true, showTrainable: true });
    expect([...text.matchAll(/colspan="(\d)"/g)].map(([, span]) => span)).toEqual(['2', '4', '3']);
  });

  test('a class with its own call is one box', () => {
    class Own extends Model {
      readonly dense = new layers.Dense(2);
      override call(x: Parameters<typeof ops.relu>[0]): unknown {
        return this.dense(x as never);
      }
    }
    const model = new Own({ name: 'own' });
    model(ops.ones([1, 3]));
    const text = utils.modelToDot(model, { showTrainable: true });
    expect(text.match(/label=/g)).toHaveLength(1);
    expect(text).toContain('<b>own</b> (Own)');
    expect(text).toContain('<b>Trainable</b>');
  });

  test('refuses a model that is not built, unknown options and unknown choices', () => {
    expect(() => utils.modelToDot(new Sequential([new layers.Dense(2)]))).toThrow(/not yet been built/);
    const model = new Sequential([Input({ shape: [2] }), new layers.Dense(2)]);
    expect(() => utils.modelToDot(model, { showShape: true } as never)).toThrow(/no option 'showShape'.*showShapes/);
    expect(() => utils.modelToDot(model, { rankdir: 'DOWN' } as never)).toThrow(/rankdir="DOWN".*'TB'/);
    expect(() => utils.modelToDot(model, { dpi: 0 })).toThrow(/dpi=0/);
  });
});

/** Width and height as a PNG file says them. */
function pngSize(png: Uint8Array): [number, number] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  return [view.getUint32(16), view.getUint32(20)];
}

describe('pictures', () => {
  const x = Input({ shape: [4], name: 'a <b> & "c"\\' });
  const model = new Model(x, new layers.Dense(2, { name: 'ответ' })(x), { name: 'small' });

  test('modelToSvg gives an element with every layer in it, whatever their names', async () => {
    const svg = await utils.modelToSvg(model, { showShapes: true });
    expect(svg).toMatch(/^<svg width="\d+px" height="\d+px"/);
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
    for (const text of ['a &lt;b&gt; &amp; &quot;c&quot;\\', 'ответ', '(None, 4)']) expect(svg).toContain(text);
    expect(svg.match(/class="edge"/g)).toHaveLength(1);
  });

  test('plotModel writes PNG, SVG and DOT by the name of the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plot-'));
    try {
      const png = join(folder, 'model.png');
      const given = await utils.plotModel(model, { toFile: png, dpi: 72 });
      const [width, height] = pngSize(readFileSync(png));
      expect(pngSize(given as Uint8Array)).toEqual([width, height]);
      const [wide, high] = pngSize((await utils.plotModel(model, { toFile: null, dpi: 144 })) as Uint8Array);
      expect(Math.abs(wide - 2 * width)).toBeLessThanOrEqual(2);
      expect(Math.abs(high - 2 * height)).toBeLessThanOrEqual(2);
      await utils.plotModel(model, { toFile: join(folder, 'model.svg') });
      expect(readFileSync(join(folder, 'model.svg'), 'utf8')).toMatch(/^<svg /);
      await utils.plotModel(model, { toFile: join(folder, 'model.dot') });
      expect(readFileSync(join(folder, 'model.dot'), 'utf8')).toMatch(/^digraph G \{/);
      await expect(utils.plotModel(model, { toFile: 'model.pdf' })).rejects.toThrow(/asks for '\.pdf'.*\.svg/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
