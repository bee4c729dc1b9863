/** @file `fromConfig` of classes of a user's own, whose constructors take positional parameters. */
import { describe, expect, test } from 'vitest';
import {
  Input,
  layers,
  losses,
  Model,
  models,
  ops,
  registerKerasSerializable,
  Sequential,
  type Tensor,
} from '../index.js';
import type { LayerOptions } from '../index.js';

abstract class Base extends layers.Layer {
  override call(x: Tensor) {
    return x;
  }
}
class Affine extends Base {
  constructor(
    readonly numUnits: number,
    readonly scale = 2,
    options: LayerOptions = {},
  ) {
    super(options);
  }
  override getConfig() {
    return { ...super.getConfig(), num_units: this.numUnits, scale: this.scale };
  }
}
class Forgetful extends Base {
  constructor(
    readonly numUnits: number,
    options: LayerOptions = {},
  ) {
    super(options);
  }
}
class Plain extends Base {
  constructor(readonly units: number) {
    super();
  }
  override getConfig() {
    return { ...super.getConfig(), units: this.units };
  }
}
class Own extends Base {
  constructor(readonly units: number) {
    super({ name: 'own' });
  }
  override getConfig() {
    return { units: this.units };
  }
}
/** A base with a positional parameter that its class states, and a constructor with another order. */
class Wide extends layers.Dense {
  readonly factor: number;
  constructor(factor: number, units: number, { activation = 'relu', ...rest }: layers.DenseOptions = {}) {
    super(units, { activation, ...rest });
    this.factor = factor;
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor };
  }
}
class Inherits extends layers.Dense {}
class Focal extends losses.Loss {
  constructor(
    readonly gamma: number,
    options: losses.LossOptions = {},
  ) {
    super(options);
  }
  override call(yTrue: Tensor, yPred: Tensor) {
    return ops.mean(ops.power(ops.abs(ops.subtract(yTrue, yPred)), this.gamma), { axis: -1 });
  }
  override getConfig() {
    return { ...super.getConfig(), gamma: this.gamma };
  }
}

const again = <T extends { getConfig(): Record<string, unknown> }>(object: T): T =>
  (object.constructor as unknown as { fromConfig(config: Record<string, unknown>): T }).fromConfig(object.getConfig());

describe('fromConfig', () => {
  test('gives positional parameters by their names, and the rest as options', () => {
    const layer = again(new Affine(3, 5, { name: 'a', trainable: false }));
    expect([layer.numUnits, layer.scale, layer.name, layer.trainable]).toEqual([3, 5, 'a', false]);
    const config = new Affine(3).getConfig() as Record<string, unknown>;
    delete config['scale'];
    expect((Affine.fromConfig(config) as Affine).scale).toBe(2);
  });

  test('reads the constructor of the nearest class, or what a base states', () => {
    const wide = again(new Wide(4, 2, { useBias: false }));
    expect([wide.factor, wide.units, wide.useBias]).toEqual([4, 2, false]);
    expect(again(new Inherits(7)).units).toBe(7);
    expect(again(new Own(6)).units).toBe(6);
    const loss = again(new Focal(2, { reduction: 'sum', name: 'focal' }));
    expect([loss.gamma, loss.reduction, loss.name]).toEqual([2, 'sum', 'focal']);
  });

  test('says what to write where the config does not hold a parameter', () => {
    expect(() => again(new Forgetful(3))).toThrow(
      "Forgetful.fromConfig: the class has constructor(numUnits, options = {}), but the config holds no 'num_units'. Write it in the " +
        'config, getConfig() { return { ...super.getConfig(), num_units: this.numUnits }; }, or override static fromConfig(config).',
    );
  });

  test('says what to write where the constructor takes no options', () => {
    expect(() => again(new Plain(3))).toThrow(
      "Plain.fromConfig: the class has constructor(units), which takes no options, but the config holds 'name', 'trainable', 'dtype'. " +
        'Give the constructor a last parameter, options = {}, and hand it on, super(options), or override static fromConfig(config).',
    );
  });

  test('of models takes customObjects', () => {
    const x = Input({ shape: [2] });
    const drawn = new Model(x, new Affine(3)(x)).getConfig();
    expect(() => Model.fromConfig(drawn)).toThrow(/Affine/);
    const [, layer] = Model.fromConfig(drawn, { customObjects: { Affine } }).layers;
    expect((layer as Affine).numUnits).toBe(3);
    const stack = new Sequential([x, new Affine(4)]).getConfig();
    expect(() => Sequential.fromConfig(stack)).toThrow(/Affine/);
    expect((Sequential.fromConfig(stack, { customObjects: { Affine } }).layers[0] as Affine).numUnits).toBe(4);
    expect(() => Model.fromConfig(drawn)).toThrow(/Affine/);
  });

  test('serves cloneModel', () => {
    registerKerasSerializable()(Wide);
    const model = models.cloneModel(new Sequential([Input({ shape: [2] }), new Wide(4, 2)]));
    expect((model.layers[0] as Wide).factor).toBe(4);
  });
});
