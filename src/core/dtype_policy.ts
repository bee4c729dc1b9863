/** @file Dtype policies: in which dtype a layer computes, and in which it keeps its weights. */
import { checked } from './checked.js';
import { quote } from './describe.js';
import { floatx } from './config.js';
import type { DType } from './dtype.js';
import { DTYPES, isDType } from './dtype.js';
import { suggest, ValueError } from './errors.js';
import type { Config } from './serialization.js';
import { deserializeKerasObject, registerClasses, serializeKerasObject } from './serialization.js';
import { isDict } from './tree.js';

const MIXED: Readonly<Record<string, DType>> = { mixed_float16: 'float16', mixed_bfloat16: 'bfloat16' };

/** Names of policies: a dtype for everything, or 16-bit computation on float32 weights. */
export type DTypePolicyName = DType | 'mixed_float16' | 'mixed_bfloat16';

/** What a layer's `dtype` option takes: a policy, its name, its config, or null for the global policy. */
export type DTypePolicyLike = DTypePolicy | DTypePolicyName | Config | null;

/**
 * The dtypes of a layer: `computeDtype` for its inputs, outputs and arithmetic, `variableDtype` for its weights.
 *
 * @param name The name: of a dtype, or `'mixed_float16'` or `'mixed_bfloat16'`. null: that of `floatx()`.
 * @throws {ValueError} There is no such policy.
 * @see `keras.DTypePolicy`
 * @example
 * new Dense(4, { dtype: new DTypePolicy('mixed_float16') })
 */
export class DTypePolicy {
  static readonly positional = ['name'];
  readonly name: string;
  readonly computeDtype: DType;
  readonly variableDtype: DType;

  /**
   * @param name A dtype, `'mixed_float16'` or `'mixed_bfloat16'`. Default: the global policy's name.
   * @throws {ValueError} The name is no policy.
   */
  constructor(name?: string | null) {
    const wanted = name ?? dtypePolicy().name;
    const compute = Object.hasOwn(MIXED, wanted) ? MIXED[wanted] : wanted;
    if (!isDType(compute)) {
      throw new ValueError(
        `DTypePolicy: unknown policy or dtype ${quote(wanted)}.${suggest(String(wanted), [...Object.keys(MIXED), ...DTYPES])}`,
      );
    }
    this.name = wanted;
    this.computeDtype = compute;
    this.variableDtype = Object.hasOwn(MIXED, wanted) ? 'float32' : compute;
  }

  /** How weights are quantized; null: they are not. */
  get quantizationMode(): string | null {
    return null;
  }

  getConfig(): Config {
    return { name: this.name };
  }

  toString(): string {
    return `<DTypePolicy "${this.name}">`;
  }
}

let globalPolicy: DTypePolicy | null = null;

/**
 * The policy of layers that are given none: that of `floatx()` unless it was set.
 *
 * @returns The policy.
 * @see `keras.config.dtype_policy`
 * @example
 * config.dtypePolicy().name // 'float32'
 */
export const dtypePolicy = checked('dtypePolicy', function dtypePolicy(): DTypePolicy {
  return globalPolicy ?? new DTypePolicy(floatx());
});

/**
 * Set the policy of layers made from now on; null goes back to `floatx()`.
 *
 * @param policy A policy, its name such as `'mixed_float16'`, a config, or null.
 * @throws {ValueError} There is no such policy.
 * @see `keras.config.set_dtype_policy`
 * @example
 * config.setDtypePolicy('mixed_float16');
 * new Dense(2).computeDtype; // 'float16'
 * config.setDtypePolicy(null);
 */
export const setDtypePolicy = checked('setDtypePolicy', function setDtypePolicy(policy: DTypePolicyLike): void {
  globalPolicy = policy === null ? null : getDTypePolicy(policy);
});

/**
 * The policy that an identifier stands for.
 *
 * @param identifier A policy, its name, a config, or null.
 * @returns The policy.
 * @throws {ValueError} It stands for none.
 * @see `keras.dtype_policies.get`
 * @example
 * dtypePolicies.get('mixed_bfloat16').computeDtype // 'bfloat16'
 */
export const getDTypePolicy = checked(
  'dtypePolicies.get',
  function getDTypePolicy(identifier: DTypePolicyLike | undefined): DTypePolicy {
    if (identifier === null || identifier === undefined) return dtypePolicy();
    if (identifier instanceof DTypePolicy) return identifier;
    if (typeof identifier === 'string') return new DTypePolicy(identifier);
    if (isDict(identifier)) return deserializeDTypePolicy(identifier);
    throw new ValueError(
      `Cannot read ${quote(identifier)} as a dtype policy. Expected a name such as 'float32', or a DTypePolicy.`,
    );
  },
  undefined,
  { callsBack: true },
);

/**
 * A policy as JSON.
 *
 * @param policy The policy.
 * @returns What `deserialize` takes.
 * @see `keras.dtype_policies.serialize`
 * @example
 * dtypePolicies.serialize(new DTypePolicy('mixed_float16')).class_name // 'DTypePolicy'
 */
export const serializeDTypePolicy = checked(
  'dtypePolicies.serialize',
  function serializeDTypePolicy(policy: DTypePolicy): Config {
    return serializeKerasObject(policy) as Config;
  },
  undefined,
  { callsBack: true },
);

/**
 * A policy from JSON.
 *
 * @param config What `serialize` gave.
 * @returns The policy.
 * @throws {ValueError} It is none.
 * @see `keras.dtype_policies.deserialize`
 * @example
 * dtypePolicies.deserialize(dtypePolicies.serialize(new DTypePolicy('mixed_float16'))).name // 'mixed_float16'
 */
export const deserializeDTypePolicy = checked(
  'dtypePolicies.deserialize',
  function deserializeDTypePolicy(config: Config): DTypePolicy {
    const policy = deserializeKerasObject(config, { defaultModule: 'keras' });
    if (policy instanceof DTypePolicy) return policy;
    throw new ValueError(`Cannot read ${quote(config)} as a dtype policy.`);
  },
  undefined,
  { callsBack: true },
);

registerClasses('keras', { DTypePolicy: DTypePolicy, FloatDTypePolicy: DTypePolicy });
