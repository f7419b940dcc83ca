/**
 * @file The small text files beside a model that its code names: `open("configs/unet.json")`. Folders are not searched,
 * as those of data sets hold thousands of texts; what a string on a line of code spells is looked for where Python would.
 */
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';

const MAX_BYTES = 256 * 1024;
const MOST_FILES = 32;
const KINDS = 'json|ya?ml|toml|cfg|ini|txt|csv';
const mentions = new RegExp(`\\.(${KINDS})['"]`);
const literals = /(['"])((?:(?!\1)[^\\\n])*)\1/g;
const isText = new RegExp(`\\.(${KINDS})$`);

/**
 * @param root the folder that paths start at; nothing outside of it is read
 * @param files Python texts by POSIX path
 * @returns texts by POSIX path
 */
export async function readNamedTexts(
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const wanted = new Set<string>();
  for (const [path, text] of Object.entries(files)) {
    if (!mentions.test(text)) continue;
    for (const name of namedIn(text)) for (const place of placesOf(name, path)) wanted.add(place);
  }
  const found: Record<string, string> = {};
  for (const place of wanted) {
    if (Object.keys(found).length === MOST_FILES) break;
    const text = await readSmall(root, place);
    if (text !== null) found[place] = text;
  }
  return found;
}

/** `os.path.join(HERE, "configs", "unet.json")` names `unet.json` and `configs/unet.json`. */
function namedIn(text: string): string[] {
  const names: string[] = [];
  for (const line of text.split('\n')) {
    if (!mentions.test(line)) continue;
    const parts = [...line.matchAll(literals)].map(([, , part = '']) => part);
    parts.forEach((part, end) => {
      if (isText.test(part))
        for (let start = Math.max(0, end - 3); start <= end; start++)
          names.push(parts.slice(start, end + 1).join('/'));
    });
  }
  return names;
}

/** From the folder of the code upwards; `..` leads up from there. */
function placesOf(name: string, path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  return Array.from({ length: folders.length + 1 }, (_, up) => [
    ...folders.slice(0, folders.length - up),
    ...name.split('/'),
  ])
    .map(normalised)
    .filter((place) => place !== null);
}

function normalised(parts: readonly string[]): string | null {
  const place: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') place.push(part);
    else if (place.pop() === undefined) return null;
  }
  return place.join('/');
}

async function readSmall(root: string, place: string): Promise<string | null> {
  const path = join(root, place);
  const way = relative(root, path);
  if (way.startsWith('..') || isAbsolute(way)) return null;
  try {
    const facts = await stat(path);
    return facts.isFile() && facts.size <= MAX_BYTES ? await readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
}
