/** @file The command line: the extension's core without an editor. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TrainingError } from '../engine/trainingError';
import { TraceClient } from '../trace/traceClient';
import { CommandError } from './commandError';
import { type ExportFormat, exportCommand } from './exportCommand';
import { predictCommand } from './predictCommand';
import { traceCommand } from './traceCommand';
import { trainCommand } from './trainCommand';

const USAGE = `cnnlab: read, train and use PyTorch CNNs without Python

  trace FILE[:NAME] [--args JSON] [--input 1x3x161x161] [--json]
      shapes, parameters and cost of a model class, or of a function that returns one
  train EXPERIMENT.cnnlab.json [--device webgpu|wasm] [--max-steps N] [--resume RUN] [--json]
      trains, and writes a run folder
  predict RUN IMAGE… --out DIR [--checkpoint best|last]
      masks and overlays (or class probabilities) of a trained model
  export RUN --format safetensors|onnx --out FILE [--checkpoint best|last]
      weights for load_state_dict, or the whole model for any ONNX runtime`;

/** Folder of the bundles: this file is one of them. */
const dist = dirname(fileURLToPath(import.meta.url));

async function run(argv: string[]): Promise<number> {
  const { values, positionals } = readArguments(argv);
  const [command, ...operands] = positionals;
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  if (values.help || !command) {
    print(USAGE);
    return values.help ? 0 : 2;
  }
  switch (command) {
    case 'trace': {
      const [model] = exactly(operands, 1, 'trace FILE[:NAME]');
      return withTracer((client) =>
        traceCommand(
          { model: model!, args: values.args, input: values.input, json: values.json },
          client,
          print,
        ),
      );
    }
    case 'train': {
      const [experiment] = exactly(operands, 1, 'train EXPERIMENT.cnnlab.json');
      return withTracer((client) =>
        trainCommand(
          {
            experiment: experiment!,
            device: oneOf(values.device, ['auto', 'webgpu', 'wasm'] as const, '--device'),
            maxSteps:
              values['max-steps'] === undefined ? null : wholeNumber(values['max-steps'], '--max-steps'),
            resume: values.resume ?? null,
            json: values.json,
            dist,
          },
          client,
          print,
        ),
      );
    }
    case 'predict': {
      const [runFolder, ...images] = operands;
      if (!runFolder || images.length === 0)
        throw new CommandError('predict needs a RUN and at least one IMAGE.', USAGE, 2);
      return predictCommand(
        { run: runFolder, images, out: required(values.out, '--out DIR'), slot: slot(), dist },
        print,
      );
    }
    case 'export': {
      const [runFolder] = exactly(operands, 1, 'export RUN');
      const format: ExportFormat =
        oneOf(values.format, ['safetensors', 'onnx'] as const, '--format') ?? 'safetensors';
      return exportCommand(
        { run: runFolder!, format, out: required(values.out, '--out FILE'), slot: slot() },
        print,
      );
    }
    default:
      throw new CommandError(`There is no command "${command}".`, USAGE, 2);
  }

  function slot(): 'best' | 'last' {
    return oneOf(values.checkpoint, ['best', 'last'] as const, '--checkpoint') ?? 'best';
  }
}

function readArguments(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        args: { type: 'string' },
        input: { type: 'string' },
        json: { type: 'boolean', default: false },
        device: { type: 'string' },
        'max-steps': { type: 'string' },
        resume: { type: 'string' },
        out: { type: 'string' },
        format: { type: 'string' },
        checkpoint: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), USAGE, 2);
  }
}

async function withTracer(use: (client: TraceClient) => Promise<number>): Promise<number> {
  const client = new TraceClient(dist);
  try {
    return await use(client);
  } finally {
    await client.dispose();
  }
}

function exactly(operands: string[], count: number, form: string): string[] {
  if (operands.length !== count) {
    throw new CommandError(`"${form}" takes ${count} operand, not ${operands.length}.`, USAGE, 2);
  }
  return operands;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new CommandError(`${option} is missing.`, USAGE, 2);
  return value;
}

function oneOf<T extends string>(value: string | undefined, allowed: readonly T[], option: string): T | null {
  if (value === undefined) return null;
  const found = allowed.find((each) => each === value);
  if (!found) throw new CommandError(`${option} ${value}: choose ${allowed.join(' or ')}.`, null, 2);
  return found;
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new CommandError(`${option} ${text}: give a whole number from 1.`, null, 2);
  }
  return value;
}

// Whoever read along has seen enough, as in `… | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof CommandError || error instanceof TrainingError) {
      process.stderr.write(`${error.message}\n${error.hint ? `${error.hint}\n` : ''}`);
      process.exitCode = error instanceof CommandError ? error.exitCode : 1;
    } else {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exitCode = 70;
    }
  },
);
