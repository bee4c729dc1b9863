/** @file `Trainer`: compile, fit, evaluate, predict. The base of `Model`. */
import { Layer } from '../layers/layer.js';

/** A layer that can be trained. */
export class Trainer extends Layer {}
