/** @file Paths as an experiment writes them: relative to its folder where they lie below or near it, with `/`. */
import { isAbsolute, relative, resolve, sep } from 'node:path';

/** A run's folder lies three levels below its experiment's. */
const mostLevelsUp = 4;

/** Within a project `../` leads anywhere; much further away, or on another drive, an absolute path says more. */
export function pathFrom(folder: string, target: string): string {
  const path = relative(folder, target);
  const far = isAbsolute(path) || path.startsWith(`..${sep}`.repeat(mostLevelsUp + 1));
  return (far ? target : path || '.').split(sep).join('/');
}

export function resolveFrom(folder: string, path: string): string {
  return resolve(folder, path);
}
