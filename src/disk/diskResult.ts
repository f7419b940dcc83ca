/** @file What reading and writing files gives: a value, or what went wrong and what to do about it. */

export interface DiskError {
  readonly error: string;
  readonly hint?: string;
}

export type DiskResult<T> = { readonly ok: T } | DiskError;

const EXPLANATIONS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EACCES: ['permission is denied', 'Change the permissions of the folder, or choose another one.'],
  EPERM: ['the system does not permit it', 'Change the permissions of the folder, or choose another one.'],
  EROFS: [
    'the file system is read-only',
    'Choose a folder that can be written, with "output" in the experiment.',
  ],
  ENOSPC: ['the disk is full', 'Free some space; a run needs room for two checkpoints.'],
  EDQUOT: ['the disk quota is used up', 'Free some space; a run needs room for two checkpoints.'],
  ENOENT: ['it does not exist', 'Check the path; relative ones start at the experiment’s folder.'],
  EEXIST: ['a file of that name is in the way', 'Move the file, or choose another folder.'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Check the path.'],
  EISDIR: ['it is a folder, not a file', 'Check the path.'],
  EMFILE: ['too many files are open', 'Close other programs, or raise the limit of open files.'],
  ENAMETOOLONG: ['its name is too long', 'Use a shorter name.'],
};

/** @param doing what failed: "cannot write …" */
export function diskError(doing: string, cause: unknown): DiskError {
  const code = errorCode(cause);
  const explained = EXPLANATIONS[code];
  if (explained) return { error: `${doing}: ${explained[0]}`, hint: explained[1] };
  return { error: `${doing}: ${cause instanceof Error ? cause.message : String(cause)}` };
}

/** Node's code of a failed system call, such as ENOENT; empty for other errors. */
export function errorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
