/** @file What the packed extension weighs, and where the weight lies. */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';

export interface FolderSize {
  /** Two levels deep below the extension. */
  readonly folder: string;
  readonly files: number;
  /** Compressed, as it is downloaded. */
  readonly packedBytes: number;
  readonly bytes: number;
}

export function vsixContents(path: string): {
  readonly bytes: number;
  readonly folders: readonly FolderSize[];
} {
  const archive = new Uint8Array(readFileSync(path));
  const folders = new Map<string, { files: number; packedBytes: number; bytes: number }>();
  unzipSync(archive, {
    filter: ({ name, size, originalSize }) => {
      const folder =
        name
          .split('/')
          .slice(0, -1)
          .slice(0, 3)
          .join('/')
          .replace(/^extension\/?/, '') || '.';
      const so = folders.get(folder) ?? { files: 0, packedBytes: 0, bytes: 0 };
      folders.set(folder, {
        files: so.files + 1,
        packedBytes: so.packedBytes + size,
        bytes: so.bytes + originalSize,
      });
      return false;
    },
  });
  const rows = [...folders].map(([folder, sizes]) => ({ folder, ...sizes }));
  return { bytes: archive.length, folders: rows.sort((a, b) => b.packedBytes - a.packedBytes) };
}
