/** @file `CSVLogger`. */
import { checkedOptions } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { formatFloat } from '../core/python_format.js';
import { Tensor } from '../runtime/index.js';
import type { CallbackState, Logs } from './callback.js';
import { Callback } from './callback.js';
import { filesFor, makeFolderOf } from './files.js';

/** Options of `new CSVLogger(filename, options)`. */
export interface CSVLoggerOptions {
  /** One character between the fields. Default `','`. */
  readonly separator?: string;
  /** Go on in a file that is there: its header is not written again. Default false: the file begins anew. */
  readonly append?: boolean;
}

/**
 * Writes a line of comma-separated values after each epoch: the epoch (counted from 0), then the logs, sorted by name. The bytes are
 * those that Keras writes: lines end in `\r\n`, a value that the first epoch had and a later one lacks is `NA`, lists are quoted.
 *
 * @param filename The file; may stand in `options`.
 * @param options See {@link CSVLoggerOptions}.
 * @throws {ValueError} The file or the separator is none.
 * @see `keras.callbacks.CSVLogger`
 * @example
 * await model.fit(x, y, { epochs: 5, callbacks: [new CSVLogger('run/log.csv', { append: true })] });
 */
export class CSVLogger extends Callback {
  readonly filename: string;
  readonly separator: string;
  readonly append: boolean;
  #keys: readonly string[] | null = null;
  #writesHeader = true;
  /** What the file holds. */
  #text = '';

  constructor(filename: string, options: CSVLoggerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super();
    const { separator = ',', append = false, ...rest } = options;
    refuseUnknownOptions('CSVLogger', rest, ['separator', 'append']);
    if (typeof filename !== 'string' || filename === '')
      throw new ValueError(`CSVLogger: filename=${describe(filename)}. Expected the name of a file: 'run/log.csv'.`);
    if (typeof separator !== 'string' || separator.length !== 1 || '"\r\n'.includes(separator))
      throw new ValueError(
        `CSVLogger: separator=${describe(separator)}. Expected one character, no quote and no end of line.`,
      );
    this.filename = filename;
    this.separator = separator;
    this.append = append;
  }

  override async onTrainBegin(): Promise<void> {
    const files = filesFor('CSVLogger');
    await makeFolderOf(files, this.filename);
    const status = this.append ? await files.stat(this.filename) : null;
    this.#writesHeader = status === null || status.size === 0;
    this.#text = status === null ? '' : new TextDecoder().decode(await files.read(this.filename));
    if (!this.append) await files.write(this.filename, '');
    this.#keys = null;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    let text = '';
    if (this.#keys === null) {
      const names = Object.keys(logs).sort();
      const validates = names.some((name) => name.startsWith('val_'));
      this.#keys = validates ? names : [...names, ...names.map((name) => `val_${name}`)];
      if (this.#writesHeader) text += this.#line(['epoch', ...this.#keys]);
    }
    text += this.#line([
      String(epoch),
      ...this.#keys.map((key) => (Object.hasOwn(logs, key) ? fieldOf(logs[key]) : 'NA')),
    ]);
    await filesFor('CSVLogger').append(this.filename, text);
    this.#text += text;
  }

  /** The lines are remembered with the rest: a new process may have begun the file anew, or a line may be there that is not to count. */
  override getState(): CallbackState {
    return { keys: this.#keys, writesHeader: this.#writesHeader, text: this.#text };
  }

  override async setState({ keys, writesHeader, text }: CallbackState): Promise<void> {
    this.#keys = keys as string[] | null;
    this.#writesHeader = writesHeader === true;
    this.#text = text as string;
    await filesFor('CSVLogger').write(this.filename, this.#text);
  }

  /** As Python's csv module writes a line: quotes only where they are needed, and doubled inside of them. */
  #line(fields: readonly string[]): string {
    const quoted = fields.map((field) =>
      field.includes(this.separator) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
    );
    return `${quoted.join(this.separator)}\r\n`;
  }
}

/** A value of the logs as a field. A list is written with quotes of its own, as Keras does. */
function fieldOf(value: unknown): string {
  if (typeof value === 'number') return formatFloat(value);
  if (value instanceof Tensor) return fieldOf(value.arraySync());
  if (ArrayBuffer.isView(value)) return fieldOf(Array.from(value as Float32Array));
  if (Array.isArray(value))
    return `"[${value.map((item) => (typeof item === 'number' ? formatFloat(item) : String(item))).join(', ')}]"`;
  return String(value);
}
