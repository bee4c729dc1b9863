import { expect, it } from 'vitest';
import './primitives/index.js';
import { gradients } from './autodiff.js';
import { GraphBuilder, makeGraph } from './graph.js';
import * as lax from './lax.js';
import { currentOrigin, withOrigin } from './origin.js';
import { optimize } from './passes/index.js';

it('nodes carry the origin that they were made in; gradients that of the node they belong to; passes keep it', () => {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [3] }, 'x');
  const y = withOrigin('a', () => lax.exp(x));
  const z = withOrigin('b', () => lax.reduceSum(lax.mul(y, y), [0]));
  const [dx] = gradients(z, [x]);
  const graph = optimize(makeGraph([x], [z, dx!]));
  const origins = graph.nodes.map(({ primitive, origin }) => `${primitive.name}: ${origin}`);
  expect(origins).toContain('exp: a');
  expect(origins).toContain('reduceSum: b');
  expect(origins).toContain('mul: ∇ a');
  expect(origins.some((text) => text.endsWith(': ∇ b'))).toBe(true);
  expect(currentOrigin()).toBeNull();
});

it('the origin is as it was after an error', () => {
  const fail = (): never => {
    throw new Error('no');
  };
  expect(() => withOrigin('a', fail)).toThrow('no');
  expect(currentOrigin()).toBeNull();
});
