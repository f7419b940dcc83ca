/** @file What a command reads to trace a model file: its Python files, and where packages are installed. */
import { resolve } from 'node:path';
import type { PythonEnvironment } from '../core/graph/tracedModel';
import type { DiskResult } from '../disk/diskResult';
import { findPythonEnvironment } from '../disk/pythonEnvironment';
import { readNamedTexts } from '../disk/readNamedTexts';
import { type PythonFiles, readPythonFiles } from '../disk/readPythonFiles';

export interface ModelSources extends PythonFiles {
  readonly environment: PythonEnvironment | undefined;
}

/** Environments are looked for from the file's folder upwards; one that this shell has activated comes first. */
export async function readModelSources(file: string): Promise<DiskResult<ModelSources>> {
  const read = await readPythonFiles(null, file);
  if ('error' in read) return read;
  const texts = await readNamedTexts(read.ok.root, read.ok.files);
  const { VIRTUAL_ENV, CONDA_PREFIX } = process.env;
  const chosen = VIRTUAL_ENV || CONDA_PREFIX || null;
  const environment = await findPythonEnvironment({ file: resolve(file), top: null, chosen });
  return { ok: { ...read.ok, files: { ...texts, ...read.ok.files }, environment: environment ?? undefined } };
}
