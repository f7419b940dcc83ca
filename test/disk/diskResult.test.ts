import { expect, test } from 'vitest';
import { diskError } from '../../src/disk/diskResult';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says it`), { code });
}

test('what users can mend comes with what to do', () => {
  expect(diskError('cannot write a', systemError('EROFS'))).toEqual({
    error: 'cannot write a: the file system is read-only',
    hint: 'Choose a folder that can be written, with "output" in the experiment.',
  });
  expect(diskError('cannot write a', systemError('EACCES'))).toMatchObject({
    hint: expect.stringMatching(/permissions/),
  });
  expect(diskError('cannot write a', systemError('ENOSPC'))).toMatchObject({
    error: 'cannot write a: the disk is full',
  });
});

test('anything else keeps its own words', () => {
  expect(diskError('cannot read b', systemError('EIO'))).toEqual({
    error: 'cannot read b: EIO: as the system says it',
  });
});
