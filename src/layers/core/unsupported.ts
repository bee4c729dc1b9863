/** @file Options of Keras that are read but not supported yet: adapters and quantization. */
import { NotImplementedError } from '../../core/errors.js';

/** @throws {NotImplementedError} One of these options is given: it would be ignored otherwise. */
export function refuseLater(owner: string, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== null && value !== undefined)
      throw new NotImplementedError(`${owner}: the option ${name} is not supported yet. Leave it out.`);
  }
}
