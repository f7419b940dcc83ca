import { describe, expect, test } from 'vitest';
import { findSamples } from '../../../src/core/dataset/findSamples';

/** `image > what it is labelled with`, and the codes of all problems. */
function check(
  paths: readonly string[],
  expected: readonly string[],
  problems: readonly string[] = [],
): void {
  const found = findSamples(paths);
  const shown = found.samples.map((sample) =>
    sample.kind === 'segmentation'
      ? `${sample.image} > ${sample.mask}`
      : `${sample.image} > ${found.classes[sample.label]}`,
  );
  expect(shown).toEqual(expected);
  expect(found.problems.map(({ code, file }) => (file ? `${code} ${file}` : code))).toEqual(problems);
}

describe('images and masks', () => {
  test('in two folders', () => {
    check(
      ['images/b.png', 'images/a.jpg', 'masks/a.png', 'masks/b.png'],
      ['images/a.jpg > masks/a.png', 'images/b.png > masks/b.png'],
    );
  });
  test.each(['labels', 'annotations', 'gt', 'Ground_Truth', 'SegmentationClass', 'manual_masks'])(
    'masks in %s',
    (folder) => {
      check(['img/1.png', `${folder}/1.png`], [`img/1.png > ${folder}/1.png`]);
    },
  );
  test.each(['_mask', '-mask', '_seg', ' label', '.gt', '_segmentation'])(
    'side by side with %s',
    (suffix) => {
      check([`a${suffix}.png`, 'a.png'], [`a.png > a${suffix}.png`]);
      check([`images/a${suffix}.png`, 'images/a.png'], [`images/a.png > images/a${suffix}.png`]);
      check(['images/a.png', `masks/a${suffix}.png`], [`images/a.png > masks/a${suffix}.png`]);
    },
  );
  test('a word on both sides', () => {
    check(['a_image.png', 'a_mask.png'], ['a_image.png > a_mask.png']);
    check(['mask_7.png', 'image_7.png'], ['image_7.png > mask_7.png']);
  });
  test('umlauts in both spellings, spaces, upper case, nested folders', () => {
    check(
      ['images/Zelle A\u0308.PNG', 'masks/Zelle \u00c4.png', 'images/x/y/1.JPG', 'masks/x/y/1.png'],
      ['images/Zelle A\u0308.PNG > masks/Zelle \u00c4.png', 'images/x/y/1.JPG > masks/x/y/1.png'],
    );
  });
  test('equal names in different folders stay apart', () => {
    check(
      ['p1/images/1.png', 'p1/masks/1.png', 'p2/images/1.png', 'p2/masks/1.png'],
      ['p1/images/1.png > p1/masks/1.png', 'p2/images/1.png > p2/masks/1.png'],
    );
    check(
      ['p1/1.png', 'p1_masks/1.png', 'p2/1.png', 'p2_masks/1.png'],
      ['p1/1.png > p1_masks/1.png', 'p2/1.png > p2_masks/1.png'],
    );
  });
  test('train and val folders, inside or around', () => {
    for (const place of [
      (part: string, role: string) => `${part}/${role}`,
      (part: string, role: string) => `${role}/${part}`,
      (part: string, role: string) => (role === 'masks' ? `${part}_masks` : part),
    ]) {
      const found = findSamples(
        ['train', 'val'].flatMap((part) => ['images', 'masks'].map((role) => `${place(part, role)}/1.png`)),
      );
      expect(found.samples).toMatchObject([
        { image: `${place('train', 'images')}/1.png`, mask: `${place('train', 'masks')}/1.png` },
      ]);
      expect(found.validation).toMatchObject([{ mask: `${place('val', 'masks')}/1.png` }]);
    }
  });
  test('what stays alone is named', () => {
    check(
      ['images/a.png', 'images/b.png', 'masks/a.png', 'masks/c.png'],
      ['images/a.png > masks/a.png'],
      ['image-without-mask images/b.png', 'mask-without-image masks/c.png'],
    );
  });
  test('masks that the user points out', () => {
    const found = findSamples(['in/a.png', 'out/a.png'], { task: null, masks: new Set(['out/a.png']) });
    expect(found.samples).toEqual([{ kind: 'segmentation', image: 'in/a.png', mask: 'out/a.png' }]);
  });
  test('no pair at all shows one name of each', () => {
    const found = findSamples(['images/a.png', 'masks/b.png']);
    expect(found.problems).toMatchObject([
      {
        severity: 'error',
        code: 'no-pairs',
        message: expect.stringMatching(/"images\/a.png" and "masks\/b.png"/),
      },
    ]);
  });
});

describe('class folders', () => {
  test('are sorted as torchvision sorts them', () => {
    check(['b/1.png', 'Z/1.png', 'a/deep/2.png'], ['Z/1.png > Z', 'a/deep/2.png > a', 'b/1.png > b']);
    expect(findSamples(['b/1.png', 'Z/1.png', 'a/2.png']).classes).toEqual(['Z', 'a', 'b']);
  });
  test('below a common folder, with a stray file', () => {
    check(
      ['d/cat/1.png', 'd/dog/1.png', 'd/stray.png'],
      ['d/cat/1.png > cat', 'd/dog/1.png > dog'],
      ['image-without-class d/stray.png'],
    );
  });
  test('with train and test', () => {
    const found = findSamples(['train/cat/1.png', 'train/dog/2.png', 'test/cat/3.png', 'test/dog/4.png']);
    expect(found.classes).toEqual(['cat', 'dog']);
    expect(found.samples.map((sample) => sample.image)).toEqual(['train/cat/1.png', 'train/dog/2.png']);
    expect(found.validation?.map((sample) => sample.image)).toEqual(['test/cat/3.png', 'test/dog/4.png']);
  });
  test('train, val and test: test is left out, and said so', () => {
    const paths = ['train', 'val', 'test'].flatMap((part) => [`${part}/a/1.png`, `${part}/b/1.png`]);
    expect(findSamples(paths).problems).toMatchObject([{ code: 'test-left-out' }]);
  });
  test('whose names look like masks', () => {
    check(
      ['with_mask/1.png', 'without_mask/1.png'],
      ['with_mask/1.png > with_mask', 'without_mask/1.png > without_mask'],
    );
  });
});

describe('nothing to train on', () => {
  test('an empty folder, and one without images', () => {
    expect(findSamples([]).problems).toMatchObject([
      { code: 'empty-dataset', message: expect.stringContaining('is empty') },
    ]);
    expect(findSamples(['a.txt']).problems).toMatchObject([
      { message: expect.stringContaining('none of its 1 files') },
    ]);
  });
  test('only TIFF', () => {
    check(['images/a.TIF', 'images/b.tiff'], [], ['unsupported-format images/a.TIF', 'empty-dataset']);
  });
  test('images without any label', () => check(['a.png', 'b.png'], [], ['no-labels']));
  test('dotfiles and what macOS leaves in archives are not seen', () => {
    check(
      ['.git/a.png', '__MACOSX/images/a.png', 'images/._a.png', 'images/a.png', 'masks/a.png'],
      ['images/a.png > masks/a.png'],
    );
  });
});

test('many problems of one kind are listed up to twenty and then counted', () => {
  const lonely = Array.from({ length: 50 }, (_, index) => `images/${index + 10}.png`);
  const { problems } = findSamples([...lonely, 'images/a.png', 'masks/a.png']);
  expect(problems.length).toBe(21);
  expect(problems.at(-1)).toMatchObject({
    code: 'image-without-mask',
    message: '… and 30 more files like these',
  });
});

test('twenty thousand files', () => {
  const paths = Array.from({ length: 10_000 }, (_, index) => [
    `images/${index}.png`,
    `masks/${index}.png`,
  ]).flat();
  expect(findSamples(paths).samples.length).toBe(10_000);
});
