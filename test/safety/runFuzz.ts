/**
 * @file Traces mutated model files until something goes wrong that must not. Exit code 0: nothing did.
 *
 *   npm run fuzz -- [--files 2000] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { fuzz, summaryLine } from './fuzz';

const { values } = parseArgs({
  options: { files: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
});
const summary = await fuzz(Number(values.files), Number(values.seed), (done) => {
  if (done % 100 === 0) console.log(`${done} files`);
});
for (const fault of summary.faults) console.log(`✗ ${fault}`);
console.log(summaryLine(summary));
process.exitCode = summary.faults.length === 0 ? 0 : 1;
