import { afterEach, describe, expect, it } from 'vitest';
import * as config from './config.js';
import { DTypePolicy, dtypePolicy, getDTypePolicy, setDtypePolicy } from './dtype_policy.js';

afterEach(() => {
  config.applyConfigFile({ floatx: 'float32', epsilon: 1e-7, image_data_format: 'channels_last' });
  setDtypePolicy(null);
});

describe('settings', () => {
  it('have the defaults of Keras', () => {
    expect([config.floatx(), config.epsilon(), config.imageDataFormat()]).toEqual(['float32', 1e-7, 'channels_last']);
  });
  it('are read from keras.json, entry by entry; what is broken is left out of account', () => {
    config.applyConfigFile({ floatx: 'float16', epsilon: 'x', image_data_format: 'channels_first', backend: 'jax' });
    expect([config.floatx(), config.epsilon(), config.imageDataFormat()]).toEqual(['float16', 1e-7, 'channels_first']);
    for (const broken of [null, 3, 'text', [], { floatx: 'int8', epsilon: -1, image_data_format: 'nchw' }])
      config.applyConfigFile(broken);
    expect([config.floatx(), config.epsilon(), config.imageDataFormat()]).toEqual(['float16', 1e-7, 'channels_first']);
  });
  it('refuse what they cannot be', () => {
    expect(() => config.setFloatx('int32')).toThrow('setFloatx: got int32. Expected one of float16, bfloat16');
    expect(() => config.setEpsilon(0)).toThrow('setEpsilon: got 0. Expected a positive number.');
    expect(() => config.setImageDataFormat('nchw' as 'channels_last')).toThrow("unknown data format 'nchw'");
  });
});

describe('dtype policies', () => {
  it('follow floatx unless one is set', () => {
    config.setFloatx('float64');
    expect(dtypePolicy().name).toBe('float64');
    setDtypePolicy('mixed_bfloat16');
    expect([dtypePolicy().computeDtype, dtypePolicy().variableDtype]).toEqual(['bfloat16', 'float32']);
  });
  it('come from names, configs and themselves', () => {
    const mixed = new DTypePolicy('mixed_float16');
    expect(getDTypePolicy(mixed)).toBe(mixed);
    expect(getDTypePolicy({ module: 'keras', class_name: 'DTypePolicy', config: { name: 'float16' } }).name).toBe(
      'float16',
    );
    expect(() => getDTypePolicy('mixed_float12' as 'float16')).toThrow("Did you mean 'mixed_float16'");
  });
});
