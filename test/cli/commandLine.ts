/** @file The command line as a shell runs it, and its commands in this process, where starting Python each time would be slow. */
import { execFile } from 'node:child_process';
import { afterAll } from 'vitest';
import { inRepository } from '../../src/build/repository.mjs';
import { CommandError } from '../../src/cli/commandError';
import { traceCommand } from '../../src/cli/traceCommand';
import { trainCommand } from '../../src/cli/trainCommand';
import { TrainingError } from '../../src/engine/trainingError';
import { TraceClient } from '../../src/trace/traceClient';

export const dist = inRepository('dist');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundled command line in a folder. */
export function cnnlab(cwd: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const program = [inRepository('dist', 'cli.js'), ...args];
    execFile(process.execPath, program, { cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** JSON lines to values. */
export function jsonLines<T>({ stdout }: Pick<Ended, 'stdout'>): T[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export interface Told {
  readonly code: number;
  /** Everything printed, the error of a command that gave up included. */
  readonly text: string;
}

export interface Commands {
  trace(
    model: string,
    options?: { readonly args?: string; readonly input?: string; readonly json?: boolean },
  ): Promise<Told>;
  train(
    experiment: string,
    options?: { readonly resume?: string; readonly maxSteps?: number },
  ): Promise<Told>;
}

/** One Python for all tests of a file. Paths are absolute, since this process stays where it is. */
export function startCommands(): Commands {
  const client = new TraceClient(dist);
  afterAll(() => client.dispose());
  return {
    trace: (model, { args, input, json = false } = {}) =>
      told((print) => traceCommand({ model, args, input, json }, client, print)),
    train: (experiment, { resume = null, maxSteps = null } = {}) =>
      told((print) =>
        trainCommand({ experiment, device: null, maxSteps, resume, json: false, dist }, client, print),
      ),
  };
}

async function told(command: (print: (line: string) => void) => Promise<number>): Promise<Told> {
  const lines: string[] = [];
  try {
    const code = await command((line) => void lines.push(line));
    return { code, text: lines.join('\n') };
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof TrainingError)) throw error;
    const code = error instanceof CommandError ? error.exitCode : 1;
    return { code, text: [...lines, error.message, error.hint ?? ''].join('\n').trimEnd() };
  }
}
