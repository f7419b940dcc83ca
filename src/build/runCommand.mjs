/**
 * @file Runs a program and waits for it: either with its output on our terminal, or captured.
 * Free of dependencies, because the scripts that run before `npm ci` import it.
 */
import { spawn } from 'node:child_process';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] replaces the whole environment; default: ours
 * @property {boolean} [quiet] capture the output instead of showing it
 *
 * @typedef {object} RunResult
 * @property {number} code exit code; 127 where the program does not exist, 128 + n where signal n ended it
 * @property {string} output stdout and stderr interleaved, where `quiet`; else empty
 */

/**
 * Runs a program to its end. Never rejects: a program that cannot be started is exit code 127 with the reason in `output`.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function tryCommand(program, args, { cwd, env, quiet = false } = {}) {
  return new Promise((done) => {
    let output = '';
    // npm and npx are .cmd files on Windows, which Node starts only through a shell.
    const shell = process.platform === 'win32' && !/[\\/]/.test(program);
    const child = spawn(program, args, {
      cwd,
      env: env ?? process.env,
      shell,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => done({ code: 127, output: `${output}${program}: ${error.message}\n` }));
    child.on('close', (code, signal) => done({ code: code ?? (signal ? 128 : 1), output }));
  });
}

/**
 * As `tryCommand`, but a non-zero exit is an Error that carries the end of the captured output.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} the captured output
 */
export async function runCommand(program, args, options) {
  const { code, output } = await tryCommand(program, args, options);
  if (code !== 0) {
    const tail = output.trim().split('\n').slice(-20).join('\n');
    throw new Error(`\`${program} ${args.join(' ')}\` ended with exit code ${code}${tail && `:\n${tail}`}`);
  }
  return output;
}
