/** @file What loops over whole arrays of draws share. */
import { range } from '../core/shape.js';
import * as lax from '../graph/lax.js';
import type { Tensor } from '../runtime/index.js';

/** Whether any element of a bool tensor holds. */
export const any = (x: Tensor): Tensor => lax.reduceMax(x, range(x.ndim));
