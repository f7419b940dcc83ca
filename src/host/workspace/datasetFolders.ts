/** @file Which folders may be datasets, judged by where images lie; scanning them is for `scanDataset`. */

const splits = /^(?:train|training|val|valid|validation|test|testing)$/i;
const images = /^(?:images?|imgs?|img_dir|inputs?|x)$/i;
const masks = /^(?:masks?|labels?|annotations?|segmentations?|gt|ground_?truth|targets?|y)$/i;
const maskSuffix = /[_-](?:mask|seg|label|gt)\.\w+$/i;

/**
 * Folders that may be datasets, the most promising first, '' for the workspace folder itself.
 * @param files image files, as POSIX paths relative to the workspace folder
 */
export function datasetFolders(files: readonly string[]): string[] {
  const byFolder = new Map<string, string[]>();
  for (const file of files) {
    const folder = parent(file);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), base(file)]);
  }
  const votes = new Map<string, number>();
  const vote = (folder: string, weight: number) => votes.set(folder, (votes.get(folder) ?? 0) + weight);
  const classParents = new Map<string, number>();
  for (const [folder, names] of byFolder) {
    if (images.test(base(folder)) || masks.test(base(folder)))
      vote(aboveSplits(parent(folder)), names.length * 3);
    else if (names.some((name) => maskSuffix.test(name))) vote(aboveSplits(folder), names.length * 2);
    else if (folder !== '') {
      const owner = parent(folder);
      classParents.set(owner, (classParents.get(owner) ?? 0) + 1);
    }
  }
  for (const [folder, classes] of classParents) if (classes > 1) vote(aboveSplits(folder), classes);
  return [...votes.keys()].sort((a, b) => (votes.get(b) ?? 0) - (votes.get(a) ?? 0) || (a < b ? -1 : 1));
}

function aboveSplits(folder: string): string {
  return splits.test(base(folder)) ? aboveSplits(parent(folder)) : folder;
}

function parent(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
