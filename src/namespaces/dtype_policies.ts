/** @file `keras.dtype_policies`: in which dtypes layers compute and keep their weights. */
import type { DTypePolicyLike } from '../core/dtype_policy.js';
import { deserializeDTypePolicy, DTypePolicy, getDTypePolicy, serializeDTypePolicy } from '../core/dtype_policy.js';

export { DTypePolicy, DTypePolicy as FloatDTypePolicy, type DTypePolicyLike };
export { deserializeDTypePolicy as deserialize, getDTypePolicy as get, serializeDTypePolicy as serialize };
