/** @file How tensors, symbolic tensors and slices stand in configs. Imported for its effect. */
import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { registerSpecialForm } from '../core/serialization.js';
import type { PartialShape } from '../core/shape.js';
import type { Numbers } from './convert.js';
import { tensor } from './convert.js';
import { KerasTensor } from './keras_tensor.js';
import { Tensor } from './tensor.js';

function readTensor(config: Config): Tensor {
  const { value, dtype } = config;
  if (typeof dtype !== 'string') throw new ValueError(`A tensor in a config has dtype ${JSON.stringify(dtype)}.`);
  return tensor(value as Numbers, null, dtype as DType);
}

/** NumPy arrays in configs of Keras become tensors here. */
for (const className of ['__tensor__', '__numpy__']) {
  registerSpecialForm<Tensor>({
    className,
    is: (value): value is Tensor => className === '__tensor__' && value instanceof Tensor,
    write: (value) => ({ value: value.arraySync(), dtype: value.dtype }),
    read: readTensor,
  });
}

registerSpecialForm<KerasTensor>({
  className: '__keras_tensor__',
  is: (value): value is KerasTensor => value instanceof KerasTensor,
  write: (value) => {
    const history = value.history;
    if (history === null) return { shape: value.shape, dtype: value.dtype, keras_history: null };
    const { operation } = history.node;
    const index = operation.inboundNodes.indexOf(history.node);
    return { shape: value.shape, dtype: value.dtype, keras_history: [operation.name, index, history.tensorIndex] };
  },
  read: ({ shape, dtype }) => new KerasTensor(shape as PartialShape, { dtype: dtype as DType }),
});

/** What only configs of Keras hold: slices and `...` become what `getItem` takes, bytes a string. */
const readers: Readonly<Record<string, (config: Config) => unknown>> = {
  __slice__: ({ start = null, stop = null, step = null }) => ({ start, stop, step }),
  __ellipsis__: () => '...',
  __bytes__: ({ value }) => value,
};
for (const [className, read] of Object.entries(readers))
  registerSpecialForm<never>({ className, is: (_value): _value is never => false, write: () => ({}), read });
