/** @file Where nodes come from: the layer (or other part) whose code made them, for profiles. Nothing computes differently for it. */
import { Scope } from '../core/scope.js';

const scope = new Scope<string | null>(null);

/** What begins the origin of a node that the backward pass made for a node of the origin that follows. */
export const GRADIENT_OF = '∇ ';

/** What begins the origin of a node of the regularizer of a weight, whose path follows. */
export const REGULARIZER_OF = 'regularizer of ';

/** The origin that nodes made now get; null: not said. */
export function currentOrigin(): string | null {
  return scope.current;
}

/** Let nodes made from now on come from `origin`, until whoever calls this sets the one that was before. */
export function setOrigin(origin: string | null): void {
  scope.current = origin;
}

/** Run `fn`; nodes made meanwhile come from `origin`. */
export function withOrigin<R>(origin: string | null, fn: () => R): R {
  return scope.run(origin, fn);
}

/** The origin of gradients of a node of `origin`; gradients of gradients are not told apart. */
export function gradientOrigin(origin: string | null): string | null {
  return origin === null || origin.startsWith(GRADIENT_OF) ? origin : GRADIENT_OF + origin;
}
