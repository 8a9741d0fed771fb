import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Prints what was tried, how often, and how often it went wrong, at the end of the run. */
export default class Table {
  onRunComplete(_contexts, results) {
    const file = process.env['BRAMBLE_TALLY'];
    const lines = file && existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const rows = lines.map((line) => JSON.parse(line));
    const print = (text) => process.stdout.write(`${text}\n`);
    const row = (what, tried, violations) =>
      print(`${what.padEnd(76)} ${String(tried).padStart(7)} ${String(violations).padStart(11)}`);
    print('');
    row('what was tried', 'tried', 'violations');
    for (const { what, tried, violations } of rows) row(what, tried, violations);
    const sum = (name) => rows.reduce((total, each) => total + each[name], 0);
    row('all', sum('tried'), sum('violations'));
    print(
      `and ${results.numPassedTests} tests passed, ${results.numFailedTests} failed` +
        (results.numFailedTestSuites > 0 ? ` (${results.numFailedTestSuites} files)` : ''),
    );
    // The folder that the configuration made for it.
    if (file?.includes('bramble-security-')) rmSync(path.dirname(file), { recursive: true, force: true });
  }
}
