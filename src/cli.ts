#!/usr/bin/env node
/** @file The program `keras-ts`; what it does stands in src/cli. */
import './index.js';
import { runCli } from './cli/index.js';
import { program } from './platform/node/program.js';

program.end(await runCli(program.args, program));
