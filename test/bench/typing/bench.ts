/**
 * @file Measures typing: how many hints stay, and how long they take after a keystroke. Nothing here passes or fails.
 *
 *   npm run bench:typing -- [--node] [--every N]
 *
 * `--node` leaves VS Code out (quick, and fit for a profiler); `--every N` types every N-th hint line.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { editorTyping } from './editorTyping';
import { nodeTyping } from './nodeTyping';
import type { TypingReport } from './typingReport';

const { values } = parseArgs({
  options: { node: { type: 'boolean', default: false }, every: { type: 'string', default: '1' } },
});

console.log(`${cpus()[0]?.model ?? 'processor'} (${availableParallelism()} cores), load ${load()}`);
if (values.node) {
  show(await nodeTyping());
} else {
  const { firstHint, files, loop } = await editorTyping(Number(values.every));
  show(files);
  const { opened, activated, hints } = firstHint;
  console.log(
    `The first Python file: tab after ${opened.toFixed(0)} ms, extension active after ${activated.toFixed(0)} ms, ` +
      `hints after ${hints.toFixed(0)} ms`,
  );
  console.log(
    `Event loop of the extension host: longest delay ${loop.idle.toFixed(1)} ms at rest, ${loop.typing.toFixed(1)} ms ` +
      `while typing; longest stretch of our own code ${loop.ours.toFixed(1)} ms, 99 % below ${loop.ours99.toFixed(1)} ms`,
  );
}
console.log(`load at the end ${load()}`);

function show(reports: readonly TypingReport[]): void {
  console.table(
    reports.map(({ file, hintLines, keystrokes, share, shareElsewhere, p50, p95 }) => ({
      file,
      'hint lines': hintLines,
      keystrokes,
      kept: percent(share),
      'kept on other lines': percent(shareElsewhere),
      'p50 ms': p50.toFixed(1),
      'p95 ms': p95.toFixed(1),
    })),
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

/** Of the last minute: above the number of cores, figures are too high. */
function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
