/** @file `file.py:Class`, as experiments and the command line name a model. */

export interface ModelReference {
  readonly file: string;
  /** null: the one model that the file holds. */
  readonly name: string | null;
}

/** The last colon counts, and only where a Python name follows it, so that `C:\models\unet.py` is a file. */
export function parseModelReference(text: string): ModelReference {
  const match = /^(.+):([\p{L}_][\p{L}\p{N}_]*)$/u.exec(text);
  return match ? { file: match[1]!, name: match[2]! } : { file: text, name: null };
}
