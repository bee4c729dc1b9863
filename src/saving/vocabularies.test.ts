/** @file Vocabularies in files of models: those of Keras (tools/fixtures/text.py) are read, ours are written as Keras writes them, broken ones are refused. */
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../formats/byte_source.js';
import { createZip, openZip } from '../formats/zip/index.js';
import { layers, saving, Sequential, tensor } from '../index.js';
import type { Tensor } from '../index.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { readFixtures } from '../testing/fixtures.js';

interface Recorded extends FixtureCase {
  readonly inputs: string[];
  readonly file: string;
  readonly output: { readonly shape: number[]; readonly data: number[] };
  readonly vocabulary: unknown[];
}
const silent = { verbose: 0 } as const;
const numbers = (x: unknown): number[] => Array.from((x as Tensor).ndarray.data);
const assetsOf = async (bytes: Uint8Array): Promise<Record<string, string>> => {
  const zip = await openZip(bytesSource(bytes, 'm.keras'));
  const names = zip.names.filter((name) => name.startsWith('assets/')).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, Buffer.from(await zip.read(name)).toString()])),
  ) as Record<string, string>;
};

describe('files of Keras', () => {
  test.each(readFixtures<Recorded>('text_files').map((each) => [each.id, each] as const))(
    '%s',
    async (_, { file, inputs, output, vocabulary }) => {
      const bytes = new Uint8Array(Buffer.from(file, 'base64'));
      const model = (await saving.loadModel(bytes)) as Sequential;
      expect((model.layers[0] as layers.StringLookup).getVocabulary()).toEqual(vocabulary);
      const check = async (each: Sequential): Promise<void> => {
        const made = await each.predict<Tensor>(inputs, silent);
        expect(made.shape).toEqual(output.shape);
        output.data.forEach((x, i) => expect(numbers(made)[i]).toBeCloseTo(x, 5));
      };
      await check(model);
      const ours = await model.save();
      expect(await assetsOf(ours)).toEqual(await assetsOf(bytes)); // under the same names, with the same lines
      await check((await saving.loadModel(ours)) as Sequential);
    },
  );
});

/** A model whose vocabulary was found, as bytes. */
async function found(tokens: string[], outputMode: 'int' | 'tf_idf' = 'int'): Promise<Uint8Array> {
  const lookup = new layers.StringLookup({ outputMode, name: 'words' });
  await lookup.adapt(tokens);
  return new Sequential([layers.Input({ shape: [1], dtype: 'string' }), lookup]).save();
}

/** The same archive with another vocabulary; null: without one. */
async function withVocabulary(bytes: Uint8Array, vocabulary: string | Uint8Array | null): Promise<Uint8Array> {
  const zip = await openZip(bytesSource(bytes, 'm.keras'));
  const parts: Uint8Array[] = [];
  const made = await createZip((part) => Promise.resolve(void parts.push(part.slice())));
  for (const name of zip.names) {
    const isVocabulary = name.endsWith('vocabulary.txt');
    if (isVocabulary && vocabulary === null) continue;
    await made.add(name, isVocabulary ? vocabulary! : bytesSource(await zip.read(name), name));
  }
  await made.close();
  return new Uint8Array(Buffer.concat(parts));
}

describe('vocabularies', () => {
  test('that do not fit on lines stand in the config', async () => {
    const tokens = ['two\nlines', 'x\u2028y', 'plain', ''];
    const bytes = await found(tokens);
    expect(await assetsOf(bytes)).toEqual({});
    const lookup = ((await saving.loadModel(bytes)) as Sequential).layers[0] as layers.StringLookup;
    expect(new Set(lookup.getVocabulary({ includeSpecialTokens: false }))).toEqual(new Set(tokens));
    await lookup.adapt(tensor(['new'])); // it was found, and may be found anew
    expect(lookup.getVocabulary()).toEqual(['[UNK]', 'new']);
  });

  test.each<[string, string | Uint8Array | null, RegExp]>([
    ['is missing', null, /^the bytes: StringLookup 'words': its vocabulary, vocabulary\.txt among its assets, is not in the file/],
    ['holds doubles', '[UNK]\nb\nb', /StringLookup 'words': the vocabulary holds "b" twice.*save the model anew/],
    ['is shorter than the config says', '[UNK]\nb', /StringLookup 'words': the vocabulary has 2 places, but the config says 3/],
    ['is longer than the config says', '[UNK]\nb\nc\nd', /has 4 places, but the config says 3/],
    ['is empty', '', /has 1 places, but the config says 3/],
    ['is no text', Uint8Array.of(0xff, 0xfe, 10, 0x80), /"vocabulary\.txt" is no text in UTF-8/],
  ])('one that %s is refused', async (_, vocabulary, message) => {
    const bytes = await withVocabulary(await found(['b', 'c']), vocabulary);
    await expect(saving.loadModel(bytes)).rejects.toThrow(message);
  }); // prettier-ignore

  test('one of a hole among whole numbers is refused, with its line', async () => {
    const lookup = new layers.IntegerLookup({ name: 'ids' });
    await lookup.adapt([[4, 5]]);
    const bytes = await new Sequential([layers.Input({ shape: [1], dtype: 'int64' }), lookup]).save();
    for (const broken of ['-1\n\n5', '-1\nfive\n5', '-1\n4.5\n5'])
      await expect(saving.loadModel(await withVocabulary(bytes, broken))).rejects.toThrow(/IntegerLookup 'ids': line 2 of "vocabulary\.txt" is '.*'\. Expected one of the whole numbers/); // prettier-ignore
  });
});
