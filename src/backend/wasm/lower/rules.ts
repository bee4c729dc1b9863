/** @file Which lowering a primitive has. Element-wise primitives, views and reductions need none: they are loops (loops.ts). */
import type { LowerRule } from './context.js';

/** Rules by the primitive's name. */
export const lowerRules: ReadonlyMap<string, LowerRule> = new Map<string, LowerRule>([]);
