/**
 * @file `npm run test:tensorboard`: the real TensorBoard reads what `callbacks.TensorBoard` and `summary` write. Its HTTP API is asked for
 * everything and compared with what was logged and with what Keras's own callback wrote (fixtures/tensorboard.jsonl.gz). Then its pages are
 * drawn by headless Chromium into runs/tensorboard/, to be looked at. Ends in `N passed, N failed`.
 *
 *     --keep    leave the server running, to be looked at in a browser, until Ctrl-C
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Checks } from '../lib/checks.mjs';
import { recordedRuns } from '../../src/testing/tensorboard_runs.js';
import { drawPages } from './pages.js';
import { POINTS, writeDigits, writeOwn, writeRecorded } from './runs.js';
import { Server } from './server.js';

const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-tensorboard-'));

function expect(condition: boolean, said: string): void {
  if (!condition) throw new Error(said);
}
const same = (what: string, ours: unknown, theirs: unknown): void =>
  expect(JSON.stringify(ours) === JSON.stringify(theirs), `${what}: ${JSON.stringify(ours).slice(0, 300)}, expected ${JSON.stringify(theirs).slice(0, 300)}`); // prettier-ignore

type Tags = Record<string, Record<string, unknown>>;
type Scalars = [time: number, step: number, value: number][];
type Histograms = [time: number, step: number, buckets: [left: number, right: number, count: number][]][];

/** The images of a tag, the first one of each step: PNG files. */
async function imagesOf(server: Server, run: string, tag: string) {
  const all = await server.ask<{ step: number; query: string }[]>('images/images', { run, tag, sample: '0' });
  return Promise.all(
    all.map(async ({ step, query }) => {
      const bytes = await server.bytes('plugin/images/individualImage', Object.fromEntries(new URLSearchParams(query)));
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      expect(view.getUint32(0) === 0x89504e47, `${run} ${tag} is no PNG file`);
      return { step, width: view.getUint32(16), height: view.getUint32(20) };
    }),
  );
}

/** Every tag that Keras wrote is there, with its steps and values. */
async function checkRecorded(server: Server): Promise<void> {
  const scalars = await server.ask<Tags>('scalars/tags');
  const histograms = await server.ask<Tags>('histograms/tags');
  const images = await server.ask<Tags>('images/tags');
  for (const run of recordedRuns()) {
    await checks.run(`as Keras: ${run.id}`, async () => {
      let compared = 0;
      for (const [inside, said] of Object.entries(run.said)) {
        const name = `${run.id}/${inside}`;
        for (const [key, steps] of Object.entries(said)) {
          const [plugin, tag] = [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)];
          const query = { run: name, tag };
          const wanted = steps.map(([step]) => step);
          compared++;
          if (plugin === 'scalars') {
            expect(tag in scalars[name], `${name} has no ${tag}`);
            const all = await server.ask<Scalars>('scalars/scalars', query);
            const ours = all.filter(([, step]) => wanted.includes(step));
            same(`${name} ${tag}`, ours.map(([, step]) => step), wanted); // prettier-ignore
            steps.forEach(([, value], i) => expect(value === null || Math.abs(ours[i][2] - (value as number)) < 1e-5, `${name} ${tag}: ${ours[i][2]}, Keras ${String(value)}`)); // prettier-ignore
          } else if (plugin === 'histograms') {
            expect(tag in histograms[name], `${name} has no ${tag}`);
            const ours = await server.ask<Histograms>('histograms/histograms', query);
            same(`${name} ${tag}`, ours.map(([, step, buckets]) => [step, buckets.reduce((sum, [, , count]) => sum + count, 0)]), steps); // prettier-ignore
          } else if (plugin === 'images') {
            expect(tag in images[name], `${name} has no ${tag}`);
            const sizes = (await imagesOf(server, name, tag)).map(({ step, width, height }) => [step, width, height]);
            same(`${name} ${tag}`, sizes, steps.map(([step, value]) => [step, ...(value as number[]).slice(1)])); // prettier-ignore
          }
        }
      }
      return `${compared} tags`;
    });
  }
  await checks.run('projector of the recorded embeddings, as Keras names its parts', async () => {
    const runs = await server.ask<string[]>('projector/runs');
    expect(runs.includes('embeddings/train'), `runs: ${runs.join(', ')}`);
    const metadata = await server.bytes('plugin/projector/metadata', {
      run: 'embeddings/train',
      name: 'seq/words/embeddings',
    });
    same('labels', new TextDecoder().decode(metadata).trim().split('\n'), ['red', 'green', 'blue', 'black', 'white']);
  });
}

async function checkDigits(
  server: Server,
  { history, labels }: Awaited<ReturnType<typeof writeDigits>>,
): Promise<void> {
  const train = 'digits/train';
  const near = (ours: readonly number[], theirs: readonly number[]): void =>
    theirs.forEach((value, i) => expect(ours[i] === Math.fround(value), `${ours[i]}, logged ${value}`));
  await checks.run('scalars are the history', async () => {
    for (const [name, values] of Object.entries(history)) {
      const [run, tag] = name.startsWith('val_') ? ['digits/validation', name.slice(4)] : [train, name];
      const ours = await server.ask<Scalars>('scalars/scalars', { run, tag: `epoch_${tag}` });
      near(ours.map(([, , value]) => value), values); // prettier-ignore
    }
    const steps = await server.ask<Scalars>('scalars/scalars', { run: train, tag: 'batch_loss' });
    expect(steps.every(([, step]) => step % 5 === 0) && steps.length === Math.floor((45 * 12) / 5), `${steps.length} steps`); // prettier-ignore
    const speed = await server.ask<Scalars>('scalars/scalars', { run: train, tag: 'epoch_steps_per_second' });
    expect(speed.length === 12 && speed.every(([, , value]) => value > 0), 'steps per second');
    return Object.keys(history).join(', ');
  });
  await checks.run('histograms and distributions of weights, outputs and gradients', async () => {
    const tags = Object.keys((await server.ask<Tags>('histograms/tags'))[train]).sort();
    const weights = ['see', 'features', 'digit'].flatMap((layer) => [`${layer}/bias`, `${layer}/kernel`]);
    const wanted = [...weights.flatMap((name) => [`${name}/histogram`, `${name}_grad`]), ...['see', 'flatten', 'features', 'digit'].map((name) => `${name}_out`)].sort(); // prettier-ignore
    same('tags', tags, wanted);
    for (const tag of tags) {
      const found = await server.ask<Histograms>('histograms/histograms', { run: train, tag });
      expect(found.length === 12 && found.every(([, , buckets]) => buckets.length === 30), `${tag}: ${found.length}`);
      const distribution = await server.ask<[number, number, [number, number][]][]>('distributions/distributions', { run: train, tag }); // prettier-ignore
      expect(distribution.length === 12 && distribution[0][2].length === 9, `distribution of ${tag}`);
    }
    return `${tags.length} tags`;
  });
  await checks.run('images of weights are PNG files', async () => {
    const tags = (await server.ask<Tags>('images/tags'))[train];
    for (const [tag, width, height] of [
      ['see/kernel/image', 3, 3],
      ['features/kernel/image', 288, 16],
      ['digit/bias/image', 1, 10],
    ] as const) {
      expect(tag in tags, `no ${tag}`);
      const found = await imagesOf(server, train, tag);
      same(tag, found.map((each) => [each.width, each.height]), Array(12).fill([width, height])); // prettier-ignore
    }
    return Object.keys(tags).join(', ');
  });
  await checks.run('the conceptual graph and the graph of operations', async () => {
    const info = await server.ask<Record<string, { run_graph: boolean; tags: Record<string, { conceptual_graph: boolean }> }>>('graphs/info'); // prettier-ignore
    expect(info[train].run_graph && info[train].tags['keras'].conceptual_graph, JSON.stringify(info[train]));
    const text = async (query: Record<string, string>) => new TextDecoder().decode(await server.bytes('plugin/graphs/graph', { run: train, ...query })); // prettier-ignore
    const conceptual = await text({ tag: 'keras', conceptual: 'true' });
    for (const layer of ['image', 'see', 'flatten', 'features', 'digit'])
      expect(conceptual.includes(`name: "digits/${layer}"`), `no layer ${layer} in ${conceptual.slice(0, 500)}`);
    expect(conceptual.includes('input: "digits/features"'), 'layers are not connected');
    const graph = await text({ conceptual: 'false' });
    for (const part of ['see/', 'gradients/', 'optimizer/', 'variables/see/kernel', 'data/'])
      expect(graph.includes(`name: "${part}`) || graph.includes(`name: "digits/${part}`), `no ${part}`);
    const names = new Set([...graph.matchAll(/^ {2}name: "(.*)"$/gm)].map(([, name]) => name));
    const unknown = [...graph.matchAll(/^ {2}input: "\^?([^":]*)/gm)].filter(([, name]) => !names.has(name));
    expect(unknown.length === 0, `inputs that are no nodes: ${unknown.slice(0, 5).map(([, name]) => name).join(', ')}`); // prettier-ignore
    return `${names.size} nodes`;
  });
  await checks.run('the projector shows points with labels', async () => {
    const { embeddings } = await server.ask<{ embeddings: { tensorName: string; tensorShape: number[] }[] }>('projector/info', { run: train }); // prettier-ignore
    const [{ tensorName, tensorShape }] = embeddings;
    same('shape', [embeddings.length, tensorName, tensorShape], [1, 'features', [POINTS, 16]]);
    const tensor = await server.bytes('plugin/projector/tensor', { run: train, name: tensorName, num_rows: '1000' });
    same('bytes', tensor.length, POINTS * 16 * 4);
    const metadata = await server.bytes('plugin/projector/metadata', { run: train, name: tensorName, num_rows: '1000' }); // prettier-ignore
    same('labels', new TextDecoder().decode(metadata).trim().split('\n'), labels);
  });
  await checks.run('the profile is a trace', async () => {
    const listing = JSON.parse(new TextDecoder().decode(await server.bytes('plugins_listing'))) as Record<string, unknown>; // prettier-ignore
    if (!('profile' in listing)) return "the plugin is not installed; npm test reads the trace's file";
    const [run] = (await server.ask<string[]>('profile/runs')).filter((name) => name.startsWith(train));
    const [tool] = await server.ask<string[]>('profile/run_tools', { run });
    const [{ hostname: host }] = await server.ask<{ hostname: string }[]>('profile/hosts', { run, tag: tool });
    const { traceEvents } = await server.ask<{ traceEvents: unknown[] }>('profile/data', { run, tag: tool, host });
    expect(traceEvents.length > 10, `${traceEvents.length} events`);
    return `${tool} of ${host} in ${run}: ${traceEvents.length} events`;
  });
}

async function checkOwn(server: Server): Promise<void> {
  await checks.run("values of one's own: scalars, histograms, images, texts, a layout", async () => {
    const sines = await server.ask<Scalars>('scalars/scalars', { run: 'own', tag: 'wave/sine' });
    sines.forEach(([, step, value]) => expect(value === Math.fround(Math.sin(step / 5)), `${step}: ${value}`));
    const tags = await server.ask<Record<string, Record<string, { description: string }>>>('scalars/tags');
    same('description', tags['own']['wave/sine'].description, '<p>a <strong>sine</strong></p>');
    const noise = await server.ask<Histograms>('histograms/histograms', { run: 'own', tag: 'noise' });
    same('steps of noise', noise.map(([, step]) => step), [0, 10, 20, 30, 40]); // prettier-ignore
    same('image', await imagesOf(server, 'own', 'ramp'), [{ step: 3, width: 8, height: 8 }]);
    const [note] = await server.ask<{ text: string; step: number }[]>('text/text', { run: 'own', tag: 'note' });
    same('text', [note.step, note.text], [1, '<h1>A title</h1>\n<p>and <em>words</em></p>']);
    const layout = await server.ask<{ category: { title: string; chart: { title: string; multiline: { tag: string[] } }[] }[] }>('custom_scalars/layout'); // prettier-ignore
    same('layout', layout.category.map(({ title, chart }) => [title, chart.map((each) => [each.title, each.multiline.tag])]), [['Waves', [['both', ['wave/.*']], ['sine', ['wave/sine']]]]]); // prettier-ignore
    const both = await server.ask<{ regex_valid: boolean; tag_to_events: Tags }>('custom_scalars/scalars', { run: 'own', tag: 'wave/.*' }); // prettier-ignore
    same('scalars of a chart', Object.keys(both.tag_to_events).sort(), ['wave/cosine', 'wave/sine']);
  });
}

let server: Server | null = null;
try {
  await writeRecorded(folder);
  await writeOwn(folder);
  const digits = await writeDigits(folder);
  if (await checks.run('TensorBoard starts', async () => void (server = await Server.start(folder)))) {
    const board = server as unknown as Server;
    await board.hasRead([...recordedRuns().flatMap(({ id }) => [`${id}/train`, `${id}/validation`]), 'digits/train', 'own']); // prettier-ignore
    await checkRecorded(board);
    await checkDigits(board, digits);
    await checkOwn(board);
    await checks.run('pages are drawn without an error', async () => {
      const pictures = join(import.meta.dirname, '..', '..', 'runs', 'tensorboard');
      mkdirSync(pictures, { recursive: true });
      const alone = await Server.start(join(folder, 'digits'));
      try {
        await alone.hasRead(['train', 'validation']);
        return await drawPages(alone.address, pictures);
      } finally {
        alone.stop();
      }
    });
    if (options.keep) {
      console.log(`${board.address}/ until Ctrl-C`);
      await new Promise((resolve) => process.once('SIGINT', resolve));
    }
  }
} finally {
  (server as Server | null)?.stop();
  rmSync(folder, { recursive: true });
}
checks.close();
process.exit();
