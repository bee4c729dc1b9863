/**
 * @file What ops do with texts. Imported for its effect.
 *
 * Ops that take elements from one place to another are run on the places of the texts, those that compare on numbers that are equal where texts
 * are. So what an op does is said once, for numbers.
 */
import type { DType } from '../../core/dtype.js';
import { describe } from '../../core/describe.js';
import { TypeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { toCamelCase } from '../../core/naming.js';
import { mapTree } from '../../core/tree.js';
import {
  isStrings,
  onHostMany,
  setStringRule,
  StringTensor,
  stringTensor,
  STRINGS_REMEDY,
  Tensor,
  tensor,
} from '../../runtime/index.js';
import { cast, convertToTensor, stopGradient } from '../core.js';
import * as numpy from '../numpy/index.js';

type AnyOp = ((...args: never[]) => unknown) & { readonly opName: string };

const call = (op: AnyOp, args: readonly unknown[]): unknown => op(...(args as never[]));
const replaced = (args: readonly unknown[], replace: (x: unknown) => unknown): unknown[] =>
  args.map((arg) => mapTree<unknown, unknown>(arg, replace));
const someOf = (args: readonly unknown[], test: (x: unknown) => boolean): boolean => {
  let found = false;
  replaced(args, (x) => (found ||= test(x)));
  return found;
};
const isStandIn = (x: unknown): boolean => x instanceof StringTensor && x.standIn !== null;
/** What stands for texts where shapes alone are asked for. */
const standInOf = (x: StringTensor): Tensor => x.standIn ?? tensor(new Int32Array(x.size), x.shape, 'int32');

const REARRANGING: readonly AnyOp[] = [
  numpy.append,
  numpy.arraySplit,
  numpy.broadcastTo,
  numpy.concatenate,
  numpy.copy,
  numpy.dstack,
  numpy.expandDims,
  numpy.flip,
  numpy.fliplr,
  numpy.flipud,
  numpy.getItem,
  numpy.hsplit,
  numpy.hstack,
  numpy.moveaxis,
  numpy.ravel,
  numpy.repeat,
  numpy.reshape,
  numpy.roll,
  numpy.rot90,
  numpy.split,
  numpy.squeeze,
  numpy.stack,
  numpy.swapaxes,
  numpy.take,
  numpy.takeAlongAxis,
  numpy.tile,
  numpy.transpose,
  numpy.unstack,
  numpy.vsplit,
  numpy.vstack,
  numpy.where,
  stopGradient,
];

/** Of ops that join: where among the arguments the parts stand. */
const PARTS: Readonly<Record<string, 'list' | readonly number[]>> = {
  append: [0, 1],
  concatenate: 'list',
  dstack: 'list',
  hstack: 'list',
  stack: 'list',
  vstack: 'list',
  where: [1, 2],
};

/** The arguments, with lists of texts as tensors among the parts that are joined. @throws {TypeError} A part is no text. */
function joined(op: AnyOp, args: readonly unknown[]): readonly unknown[] {
  const parts = Object.hasOwn(PARTS, op.opName) ? PARTS[op.opName] : [];
  const asText = (x: unknown): unknown => {
    if (x instanceof StringTensor) return x;
    if (isStrings(x)) return stringTensor(x, op.opName);
    throw new TypeError(`${toCamelCase(op.opName)}: texts are joined with texts. Got ${describe(x)} among them.`);
  };
  return parts === 'list'
    ? [(args[0] as readonly unknown[]).map(asText), ...args.slice(1)]
    : args.map((x, i) => (parts.includes(i) ? asText(x) : x));
}

/** Compute results of texts on the host, for an op that gives tensors in some structure. */
function hosted(op: AnyOp, args: readonly unknown[], compute: (args: readonly unknown[]) => unknown): unknown {
  const texts: StringTensor[] = [];
  replaced(args, (x) => (x instanceof StringTensor ? texts.push(x) : x));
  let form: unknown = null;
  const results = onHostMany(texts, {
    owner: toCamelCase(op.opName),
    compute: (given) => {
      let next = 0;
      form = compute(replaced(args, (x) => (x instanceof StringTensor ? given[next++] : x)));
      const found: Tensor[] = [];
      mapTree<unknown, unknown>(form, (x) => (x instanceof Tensor ? found.push(x) : x));
      return found;
    },
    spec: () => [],
  });
  let next = 0;
  return mapTree<unknown, unknown>(form, (x) => (x instanceof Tensor ? results[next++] : x));
}

for (const op of REARRANGING) {
  setStringRule(op.opName, (...given: unknown[]) => {
    const args = joined(op, given);
    const wrap = (result: unknown, wrapOne: (x: Tensor) => StringTensor): unknown =>
      mapTree<unknown, unknown>(result, (x) => (x instanceof Tensor ? wrapOne(x) : x));
    if (someOf(args, isStandIn)) {
      const numbers = replaced(args, (x) => (x instanceof StringTensor ? standInOf(x) : x));
      return wrap(call(op, numbers), (x) => StringTensor.standingIn(x));
    }
    if (someOf(args, (x) => x instanceof Tensor && x.isTraced))
      throw new TypeError(
        `${toCamelCase(op.opName)}: neither texts that a program gives nor places that it computes can be used in it. Do this outside of it.`,
      );
    return hosted(op, args, (own) => {
      const texts: string[] = [];
      const places = replaced(own, (x) => {
        if (!(x instanceof StringTensor)) return x;
        const first = texts.length;
        for (const text of x.strings) texts.push(text);
        return tensor(Int32Array.from(x.strings, (_, i) => first + i), x.shape); // prettier-ignore
      });
      return wrap(call(op, places), (x) => new StringTensor(Array.from(x.ndarray.data, (i) => texts[i]), x.shape)); // prettier-ignore
    });
  });
}

const COMPARING: readonly AnyOp[] = [numpy.equal, numpy.notEqual, numpy.isin];

for (const op of COMPARING) {
  setStringRule(op.opName, (...args: unknown[]) => {
    const own = args.map((x) => (isStrings(x) ? stringTensor(x, op.opName) : x));
    const [a, b] = own;
    if (!(a instanceof StringTensor && b instanceof StringTensor))
      throw new TypeError(
        `${toCamelCase(op.opName)}: texts are compared with texts. Got ${describe(a instanceof StringTensor ? b : a)}.`,
      );
    if (someOf(own, isStandIn))
      return call(
        op,
        replaced(own, (x) => (x instanceof StringTensor ? standInOf(x) : x)),
      );
    return hosted(op, own, (texts) => {
      const ids = new Map<string, number>();
      const idOf = (text: string): number => {
        const id = ids.get(text) ?? ids.size;
        ids.set(text, id);
        return id;
      };
      const numbers = replaced(texts, (x) =>
        x instanceof StringTensor ? tensor(Int32Array.from(x.strings, idOf), x.shape) : x,
      );
      return call(op, numbers);
    });
  });
}

const keep = (owner: string) => (x: StringTensor, wanted?: DType | { readonly dtype?: DType | null } | null) => {
  const dtype = typeof wanted === 'object' ? wanted?.dtype : wanted;
  if (dtype === undefined || dtype === null || dtype === 'string') return x;
  throw new TypeError(
    `${owner}: texts (string${formatShape(x.shape)}) are not cast to ${dtype}. Texts that spell numbers: tensor(texts.map(Number)). ${STRINGS_REMEDY}`,
  );
};
setStringRule(cast.opName, keep('cast'));
setStringRule(convertToTensor.opName, keep('convertToTensor'));
