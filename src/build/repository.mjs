/**
 * @file Where things are: the repository's root, and the cache folder that outlives `npm ci`.
 * Free of dependencies, because the scripts that run before `npm ci` import it.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository's root. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Absolute path inside the repository.
 * @param {...string} parts
 */
export const inRepository = (...parts) => join(repositoryRoot, ...parts);

/**
 * Absolute path inside CNN Lab's cache folder (`$XDG_CACHE_HOME/cnn-lab`, else `~/.cache/cnn-lab`). What lies there
 * is large, can be made again, and is shared by all clones on this machine.
 * @param {...string} parts
 */
export const inCache = (...parts) =>
  join(resolve(process.env.XDG_CACHE_HOME || join(homedir(), '.cache')), 'cnn-lab', ...parts);
