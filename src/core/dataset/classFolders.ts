/** @file One folder a class, with or without train and val around them. */
import type { ClassificationSample, DatasetProblem } from './dataset';
import { comparePaths, listProblems } from './foundSamples';
import { type Part, partOfFolder } from './imageNames';

export interface FoundClasses {
  /** Sorted as torchvision's ImageFolder sorts them. */
  readonly classes: readonly string[];
  readonly samples: readonly (ClassificationSample & { readonly part: Part | null })[];
  readonly problems: readonly DatasetProblem[];
}

/** The class of an image is the outermost folder that is neither shared by all nor a part's name. */
export function groupByClass(images: readonly string[]): FoundClasses {
  const placed = images.map((path) => {
    const folders = path.split('/').slice(0, -1);
    return { path, part: folders.map(partOfFolder).find((part) => part !== null) ?? null, folders };
  });
  const hasParts =
    new Set(placed.map(({ part }) => part)).size > 1 || placed.every(({ part }) => part !== null);
  const inner = placed.map(({ path, part, folders }) => ({
    path,
    part: hasParts ? part : null,
    folders: hasParts ? folders.filter((name) => partOfFolder(name) === null) : folders,
  }));
  const shared = sharedDepth(inner.map(({ folders }) => folders));
  const unlabelled = inner.filter(({ folders }) => folders.length <= shared).map(({ path }) => path);
  const labelled = inner.filter(({ folders }) => folders.length > shared);
  const classes = [...new Set(labelled.map(({ folders }) => folders[shared]!))].sort(comparePaths);
  const labels = new Map(classes.map((name, label) => [name, label]));
  return {
    classes,
    samples: labelled.map(({ path, part, folders }) => ({
      kind: 'classification',
      image: path,
      label: labels.get(folders[shared]!)!,
      part,
    })),
    problems: listProblems(unlabelled, (file) => ({
      severity: 'warning',
      code: 'image-without-class',
      message: `${file} lies in no class folder and is left out`,
    })),
  };
}

/** How many outer folders all images have in common, as long as there are folders further in. */
function sharedDepth(paths: readonly (readonly string[])[]): number {
  let depth = 0;
  while (
    paths.some((folders) => folders.length > depth + 1) &&
    new Set(paths.filter((folders) => folders.length > depth).map((folders) => folders[depth])).size === 1
  ) {
    depth++;
  }
  return depth;
}
