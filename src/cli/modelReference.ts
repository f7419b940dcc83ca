/** @file `FILE[:NAME]`, with care for drive letters. */

export interface ModelReference {
  readonly file: string;
  readonly name: string | null;
}

/** `C:\nets\unet.py:UNET` → file `C:\nets\unet.py`, name `UNET`. */
export function parseModelReference(text: string): ModelReference {
  const match = /^(.*\.py):([^:\\/]*)$/i.exec(text);
  return match ? { file: match[1]!, name: match[2] || null } : { file: text, name: null };
}
