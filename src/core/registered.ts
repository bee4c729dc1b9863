/**
 * @file Names of a user's own, for the types of string ids. Run-time registration is `registerKerasSerializable`'s; a program that then names
 * its classes by string says so once:
 *
 *     declare module 'keras-ts' { interface RegisteredLosses { my_loss: true } }
 */

/** Names of losses of one's own: its keys are ids of losses. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface RegisteredLosses {}
/** Names of metrics of one's own: its keys are ids of metrics. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface RegisteredMetrics {}
/** Names of optimizers of one's own: its keys are ids of optimizers. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface RegisteredOptimizers {}

/** A name as `registerKerasSerializable` writes it: `'my_package>MyLoss'`. */
export type RegisteredName = `${string}>${string}`;
/** Names of one's own: those that were declared, and those with a package. */
export type OwnNames<Registered> = Extract<keyof Registered, string> | RegisteredName;
