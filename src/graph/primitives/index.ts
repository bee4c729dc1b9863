/** @file Loads every definition, so that the table of primitives is whole. */
import './elementwise.js';
import './structure.js';
import './reduction.js';
