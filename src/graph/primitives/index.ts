/** @file Loads every definition, so that the table of primitives is whole. */
import './elementwise.js';
import './structure.js';
import './reduction.js';
import './dot.js';
import './convolution.js';
import './window.js';
import './indexing.js';
import './order.js';
import './random.js';
import './control.js';
import './remat.js';
import './factorizations.js';
import './fourier.js';
import './orthogonal.js';
import './spectral.js';
