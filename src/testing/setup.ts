/** @file Runs before every test file. Property tests draw the same cases each time; `FC_SEED=7 npm test` draws others. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });
