/** @file `device`: where Keras's programs say what they run on. */
import { checked } from './arguments.js';
import { describe } from './describe.js';
import { ValueError } from './errors.js';

/** A device that programs name. */
export interface DeviceScope {
  /** In lower case, `"cpu:0"`. */
  readonly deviceName: string;
  /** Run `fn`. */
  readonly run: <R>(fn: () => R) => R;
}

/**
 * A scope for code that names a device, so that programs of Keras can be taken over as they are. It changes nothing: what runs programs
 * is chosen by `setBackend`.
 *
 * @param deviceName `"cpu"`, `"cpu:0"`, `"gpu:1"` …
 * @returns A scope whose `run` runs a function.
 * @throws {ValueError} It is no name of a device.
 * @see `keras.device`, with which Python code is written as `with device('cpu:0'):`
 * @example
 * device('cpu:0').run(() => ops.ones([2]).shape) // [2]
 */
export const device = checked('device', (deviceName: string): DeviceScope => {
  if (typeof deviceName !== 'string' || !/^[a-z_]+(:\d+)?$/i.test(deviceName))
    throw new ValueError(`device: deviceName=${describe(deviceName)}. Expected the name of a device, as 'cpu:0'.`);
  return { deviceName: deviceName.toLowerCase(), run: (fn) => fn() };
});
