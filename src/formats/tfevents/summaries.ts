/** @file What an event tells: scalars, histograms, images, texts and layouts, in the forms that TensorBoard's plugins read. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import { BUCKETS, histogramOf } from './histogram.js';
import { LayoutSchema } from './proto/custom_scalar_layout_pb.js';
import { HistogramPluginDataSchema } from './proto/histogram_plugin_data_pb.js';
import { ImagePluginDataSchema } from './proto/image_plugin_data_pb.js';
import { ScalarPluginDataSchema } from './proto/scalar_plugin_data_pb.js';
import { DataClass, type Summary_ValueSchema } from './proto/summary_pb.js';
import type { TensorProtoSchema } from './proto/tensor_pb.js';
import { TextPluginDataSchema } from './proto/text_plugin_data_pb.js';
import { DataType } from './proto/types_pb.js';

/** One value of a summary: a tag with what is shown under it. */
export type SummaryValue = MessageInitShape<typeof Summary_ValueSchema>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;

const shapeOf = (...sizes: number[]): TensorInit['tensorShape'] => ({
  dim: sizes.map((size) => ({ size: BigInt(size) })),
});
const utf8 = new TextEncoder();
const bytesOf = (array: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

interface Plugin {
  readonly name: string;
  readonly content: Uint8Array;
  readonly dataClass: DataClass;
}

const SCALARS: Plugin = {
  name: 'scalars',
  content: toBinary(ScalarPluginDataSchema, create(ScalarPluginDataSchema)),
  dataClass: DataClass.SCALAR,
};
const HISTOGRAMS: Plugin = {
  name: 'histograms',
  content: toBinary(HistogramPluginDataSchema, create(HistogramPluginDataSchema)),
  dataClass: DataClass.TENSOR,
};
const IMAGES: Plugin = {
  name: 'images',
  content: toBinary(ImagePluginDataSchema, create(ImagePluginDataSchema)),
  dataClass: DataClass.BLOB_SEQUENCE,
};
const TEXTS: Plugin = {
  name: 'text',
  content: toBinary(TextPluginDataSchema, create(TextPluginDataSchema)),
  dataClass: DataClass.TENSOR,
};

function valueOf(plugin: Plugin, tag: string, tensor: TensorInit, description = ''): SummaryValue {
  return {
    tag,
    metadata: {
      pluginData: { pluginName: plugin.name, content: plugin.content },
      summaryDescription: description,
      dataClass: plugin.dataClass,
    },
    value: { case: 'tensor', value: tensor },
  };
}

/** A number. */
export function scalarSummary(tag: string, value: number, description?: string): SummaryValue {
  const content = bytesOf(Float32Array.of(value));
  return valueOf(
    SCALARS,
    tag,
    { dtype: DataType.DT_FLOAT, tensorShape: shapeOf(), tensorContent: content },
    description,
  );
}

/** How values are distributed. */
export function histogramSummary(
  tag: string,
  values: ArrayLike<number>,
  buckets = BUCKETS,
  description?: string,
): SummaryValue {
  const table = histogramOf(values, buckets);
  return valueOf(
    HISTOGRAMS,
    tag,
    { dtype: DataType.DT_DOUBLE, tensorShape: shapeOf(buckets, 3), tensorContent: bytesOf(table) },
    description,
  );
}

/** Images of one size, each as the bytes of a PNG file. */
export function imageSummary(
  tag: string,
  width: number,
  height: number,
  pngs: readonly Uint8Array[],
  description?: string,
): SummaryValue {
  const strings = [utf8.encode(String(width)), utf8.encode(String(height)), ...pngs];
  return valueOf(
    IMAGES,
    tag,
    { dtype: DataType.DT_STRING, tensorShape: shapeOf(strings.length), stringVal: strings },
    description,
  );
}

/** Text (Markdown), or a list or table of texts. */
export function textSummary(tag: string, text: string | readonly string[], description?: string): SummaryValue {
  const texts = typeof text === 'string' ? [text] : text;
  const shape = typeof text === 'string' ? shapeOf() : shapeOf(texts.length);
  const tensor = { dtype: DataType.DT_STRING, tensorShape: shape, stringVal: texts.map((t) => utf8.encode(t)) };
  return valueOf(TEXTS, tag, tensor, description);
}

/** The config of a Keras model, which TensorBoard shows as its conceptual graph. */
export function kerasModelSummary(tag: string, json: string): SummaryValue {
  return {
    tag,
    metadata: { pluginData: { pluginName: 'graph_keras_model', content: utf8.encode('1') } },
    value: {
      case: 'tensor',
      value: { dtype: DataType.DT_STRING, tensorShape: shapeOf(), stringVal: [utf8.encode(json)] },
    },
  };
}

/** One chart of a custom layout: the scalars whose tags fit one of the regular expressions. */
export interface CustomChart {
  readonly title: string;
  readonly tags: readonly string[];
}

/** How TensorBoard's page "Custom scalars" arranges charts. */
export function layoutSummary(
  categories: readonly { readonly title: string; readonly charts: readonly CustomChart[] }[],
): SummaryValue {
  const layout = create(LayoutSchema, {
    category: categories.map(({ title, charts }) => ({
      title,
      chart: charts.map((chart) => ({
        title: chart.title,
        content: { case: 'multiline' as const, value: { tag: [...chart.tags] } },
      })),
    })),
  });
  return {
    tag: 'custom_scalars__config__',
    metadata: { pluginData: { pluginName: 'custom_scalars' } },
    value: {
      case: 'tensor',
      value: { dtype: DataType.DT_STRING, tensorShape: shapeOf(), stringVal: [toBinary(LayoutSchema, layout)] },
    },
  };
}
