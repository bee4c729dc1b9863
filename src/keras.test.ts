import { describe, expect, it } from 'vitest';
import { toCamelCase } from './core/naming.js';
import type { SerializableClass } from './core/serialization.js';
import * as keras from './index.js';
import type { ApiEntry } from './testing/keras_api.js';
import { kerasApi, resolveName } from './testing/keras_api.js';

const namesOf = (e: ApiEntry): readonly string[] => [e.id, ...(e.aliases ?? [])];
/** What is there under any of its names. */
const present = kerasApi().filter((e) => namesOf(e).some((name) => resolveName(keras, name) !== undefined));

// Keras's class serves as a function too; here `customObjectScope(objects, fn)` is one of its own.
describe('the names of Keras', () => {
  it('are there in number', () => expect(present.length).toBeGreaterThan(600));

  it.each(present.filter((e) => e.id !== 'saving.CustomObjectScope').map((e): [string, ApiEntry] => [e.id, e]))(
    '%s is one object under all its names',
    (_, e) => {
      // Second names that need no `new` are functions that make objects of the class.
      const classOf = (x: unknown): unknown =>
        (x as { prototype?: { constructor: unknown } } | undefined)?.prototype?.constructor ?? x;
      const found = namesOf(e).map((name) => classOf(resolveName(keras, name)));
      const [first] = found.filter((x) => x !== undefined);
      expect(namesOf(e).filter((_name, i) => found[i] !== first)).toEqual([]);
    },
  );

  it.each(present.filter((e) => e.ids !== undefined).map((e): [string, ApiEntry] => [e.id, e]))(
    '%s is found by its ids',
    (_, e) => {
      const room = e.id.includes('.') ? e.id.split('.')[0] : (e.aliases ?? [])[0]?.split('.')[0];
      const get = resolveName(keras, `${room}.get`) as ((id: unknown) => unknown) | undefined;
      if (get === undefined) return;
      const target = resolveName(keras, e.id);
      for (const id of e.ids!) {
        if (e.kind === 'function') expect(get(id), id).toBe(target);
        else if (!e.params.some((p) => p.required) && !ABSTRACT.includes(e.id))
          expect((get(id) as object).constructor, id).toBe(target);
      }
    },
  );
});

/** Bases, of which nobody makes an instance by an id. */
const ABSTRACT = [
  'DTypePolicy',
  'FloatDTypePolicy',
  'Initializer',
  'Regularizer',
  'constraints.Constraint',
  'Loss',
  'Metric',
  'Optimizer',
  'optimizers.schedules.LearningRateSchedule',
];

/** Arguments for the parameters that Keras requires. */
const REQUIRED: Readonly<Record<string, unknown>> = {
  fn: (x: unknown) => x,
  num_classes: 3,
  target_class_ids: [0],
  recall: 0.5,
  precision: 0.5,
  specificity: 0.5,
  sensitivity: 0.5,
  schedule: () => 0.1,
  name: 'float32',
};
const ROOMS = ['initializers', 'regularizers', 'constraints', 'losses', 'metrics', 'dtype_policies'];

describe('constructors have the parameters and defaults of Keras', () => {
  const classes = present.filter(
    (e) => e.kind === 'class' && namesOf(e).some((n) => ROOMS.includes(n.split('.')[0])) && !ABSTRACT.includes(e.id),
  );
  it.each(classes.map((e): [string, ApiEntry] => [e.id, e]))('%s', (_, e) => {
    const cls = resolveName(keras, e.id) as SerializableClass;
    const required = e.params.filter((p) => p.required).map((p) => p.name);
    expect(cls.positional ?? []).toEqual(required);
    const instance = new cls(...required.map((name) => REQUIRED[name])) as object & {
      getConfig(): Record<string, unknown>;
    };
    const config = instance.getConfig();
    for (const { name, default: wanted, required: needed, star } of e.params) {
      if (needed || star) continue;
      const own = (instance as Record<string, unknown>)[toCamelCase(name)];
      // What a config leaves out is derived (thresholds, class ids), unless the instance says it as it was given.
      if (!(name in config) && typeof own === 'object') continue;
      const found = name in config ? config[name] : own;
      if (name === 'name' && wanted === null) expect(found, name).toBeTypeOf('string');
      else if (name === 'dtype' && wanted === null)
        expect([null, undefined, 'float32', 'int', 'int32']).toContain(readDType(found));
      else if (typeof found === 'number') expect(Math.fround(found), name).toBe(Math.fround(wanted as number));
      else expect(found ?? null, name).toEqual(wanted);
    }
  });
});

function readDType(found: unknown): unknown {
  const policy = found as { config?: { name?: unknown } } | null | undefined;
  return policy?.config?.name ?? found;
}
