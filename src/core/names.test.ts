import { describe, expect, it, test } from 'vitest';
import { nearNames, refuseUnknownOptions, suggest } from './errors.js';
import { autoName, resetNames, toCamelCase, toSnakeCase } from './naming.js';

describe('names', () => {
  test.each([
    ['BatchNormalization', 'batch_normalization'],
    ['Conv2D', 'conv2d'],
    ['LSTM', 'lstm'],
    ['RMSNormalization', 'rms_normalization'],
    ['PReLU', 'p_re_lu'],
    ['MyHTTPLayer', 'my_http_layer'],
  ])('%s is %s by itself', (name, snake) => expect(toSnakeCase(name)).toBe(snake));
  test.each([
    ['kernel_size', 'kernelSize'],
    ['beta_1', 'beta1'],
    ['log1p', 'log1p'],
    ['l1_l2', 'l1L2'],
    ['N', 'N'],
  ])('the parameter %s is written %s', (snake, camel) => expect(toCamelCase(snake)).toBe(camel));
  it('are numbered, from the start after resetNames', () => {
    resetNames();
    expect([autoName('Dense'), autoName('Dense'), autoName('Dense')]).toEqual(['dense', 'dense_1', 'dense_2']);
    resetNames();
    expect(autoName('Dense')).toBe('dense');
  });
});

describe('suggestions', () => {
  it('put near names first', () => {
    expect(nearNames('kernalSize', ['filters', 'kernelSize', 'strides'])[0]).toBe('kernelSize');
    expect(suggest('reluu', ['relu', 'elu', 'softmax'])).toContain("Did you mean 'relu'");
    expect(suggest('zzzzzz', ['relu', 'elu'])).toBe(' Known: relu, elu.');
  });
  it('come with unknown options', () => {
    expect(() => refuseUnknownOptions('Conv2D', { kernalSize: 3 }, ['kernelSize', 'filters'])).toThrow(
      "Conv2D has no option 'kernalSize'. Did you mean 'kernelSize'? Options are camelCase and go in the last argument.",
    );
    expect(() => refuseUnknownOptions('Conv2D', { name: undefined }, [])).not.toThrow();
  });
});
