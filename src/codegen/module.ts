/** @file What writes functions of the kernel language as a program for a machine: one implementation a machine. */
import type { Callee, KernelFunction } from './ir.js';

/** A program while it is written, function by function. */
export interface ModuleWriter {
  /**
   * Write a function, and those that it calls as far as they are not part of the module yet.
   *
   * @returns What to call: the module does not keep the function itself.
   */
  add(fn: KernelFunction): Callee;
  /**
   * The program in the machine's form. Nothing can be added after it.
   *
   * @param exports Functions of the module by the names under which the host finds them.
   */
  finish(exports: Readonly<Record<string, Callee>>): Uint8Array<ArrayBuffer>;
}
