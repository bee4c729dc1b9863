/** @file A vitest reporter that writes how many tests passed, failed and were skipped to the file $KERAS_TS_COUNTS. */
import { writeFileSync } from 'node:fs';

/** Counts each test once; a file that does not load, a broken suite and an unhandled error are failures too. */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests())
        counts[test.result().state === 'pending' ? 'failed' : test.result().state]++;
    }
    writeFileSync(process.env.KERAS_TS_COUNTS, JSON.stringify(counts));
  }
}
