/**
 * @file Measures what the README of this folder lists, and prints it as tables. Nothing here passes or fails.
 *
 *   npm run bench -- [--only=steps,editor,size,peers] [--steps N] [--cold] [--gpu] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { inRepository } from '../../src/build/repository.mjs';
import { editorTimes } from './editorTimes';
import { peerTimes } from './peerTimes';
import { stepTimes } from './stepTimes';
import { vsixContents } from './vsixContents';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'size,steps,editor' },
    steps: { type: 'string', default: '15' },
    json: { type: 'string' },
    cold: { type: 'boolean', default: false },
    gpu: { type: 'boolean', default: false },
    libraries: { type: 'string' },
  },
});
const wanted = values.only.split(',');
const results: Record<string, unknown> = { machine: machine() };
console.log(results.machine);

if (wanted.includes('size')) {
  const { bytes, folders } = vsixContents(inRepository('dist', 'cnn-lab.vsix'));
  results.vsix = { bytes, folders };
  console.log(`\nVSIX: ${megabytes(bytes)}`);
  console.table(
    folders.map(({ folder, files, packedBytes, bytes: unpacked }) => ({
      folder,
      files,
      packed: megabytes(packedBytes),
      unpacked: megabytes(unpacked),
    })),
  );
}
if (wanted.includes('steps')) {
  const rows = await stepTimes(Number(values.steps));
  results.steps = rows;
  console.log(`\nOne training step, median of ${values.steps} (load ${load()})`);
  console.table(
    rows.map(({ model, device, milliseconds, compileMilliseconds, ratioToPyTorch }) => ({
      model,
      device,
      'ms a step': milliseconds.toFixed(1),
      'first step': compileMilliseconds === null ? '' : `${(compileMilliseconds / 1000).toFixed(1)} s`,
      '× PyTorch': ratioToPyTorch?.toFixed(1) ?? '',
    })),
  );
}
if (wanted.includes('peers')) {
  const { steps, cold, gpu, libraries } = values;
  const rows = await peerTimes({
    steps: Number(steps),
    cold,
    gpu,
    ...(libraries ? { only: libraries.split(',') } : {}),
  });
  results.peers = rows;
  const adapter = rows.find(({ isCpu, dispatches }) => isCpu !== undefined && dispatches != null);
  const kind = adapter?.isCpu ? 'the processor posing as a GPU' : 'a GPU';
  console.log(`\nOne training step beside other libraries on ${adapter?.adapter}: ${kind} (load ${load()})`);
  console.table(
    rows.map((row) => ({
      net: row.net,
      library: row.library,
      'ms a step': row.milliseconds.toFixed(1),
      '× ours': row.ratioToOurs?.toFixed(1) ?? '',
      'first step': row.firstMilliseconds === undefined ? '' : seconds(row.firstMilliseconds),
      cold: row.coldFirstMilliseconds === null ? '' : seconds(row.coldFirstMilliseconds),
      dispatches: row.dispatches ?? '',
      submissions: row.submissions ?? '',
      'new buffers': row.newBuffers ?? '',
      pipelines: row.pipelines ?? '',
      peak: row.peakBytes == null ? '' : megabytes(row.peakBytes),
      'loss error': row.lossError?.toExponential(0) ?? '',
    })),
  );
}
if (wanted.includes('editor')) {
  const times = await editorTimes();
  results.editor = times;
  console.log(`\nIn VS Code (load ${load()})`);
  console.table({
    activation: times.activation,
    'first hint, cold': seconds(times.firstHintCold),
    'first hint, warm': seconds(times.firstHintWarm),
    'click on Train to first loss, webgpu': seconds(times.trainToFirstLoss.webgpu),
    'click on Train to first loss, wasm': seconds(times.trainToFirstLoss.wasm),
  });
}
results.loadAtEnd = load();
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

function machine(): string {
  return `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'processor'} (${availableParallelism()} cores), Node ${process.version}, load ${load()}`;
}

/** Of the last minute: above the number of cores, figures are too high. */
function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
