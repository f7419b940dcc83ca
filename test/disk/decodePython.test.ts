import { expect, test } from 'vitest';
import { decodePython } from '../../src/disk/decodePython';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);

test.each([
  ['no comment: UTF-8', utf8('x = "größe"'), 'x = "größe"'],
  ['a byte order mark is no text', utf8('\ufeffx = "ü"'), 'x = "ü"'],
  ['Emacs', latin1('# -*- coding: latin-1 -*-\nx = "ü"'), '# -*- coding: latin-1 -*-\nx = "ü"'],
  [
    'vim, in the second line',
    latin1('#!/bin/python\r\n# vim: set fileencoding=cp1251 :\r\nx = "\xec\xe8\xf0"'),
    '#!/bin/python\r\n# vim: set fileencoding=cp1251 :\r\nx = "мир"',
  ],
  [
    'not after a line of code',
    utf8('import os\n# coding: latin-1\nx = "ü"'),
    'import os\n# coding: latin-1\nx = "ü"',
  ],
  ['not behind code', utf8('x = "ü"  # coding: latin-1'), 'x = "ü"  # coding: latin-1'],
  ['unknown names are UTF-8', utf8('# coding: klingon\nx = "ü"'), '# coding: klingon\nx = "ü"'],
])('%s', (_case, bytes, text) => {
  expect(decodePython(bytes)).toBe(text);
});

test('Russian and Japanese', () => {
  expect(decodePython(Uint8Array.from([...latin1('# coding: koi8-r\n'), 0xcd, 0xc9, 0xd2]))).toBe(
    '# coding: koi8-r\nмир',
  );
  expect(decodePython(Uint8Array.from([...latin1('# coding: euc_jp\n'), 0xc6, 0xfc]))).toBe(
    '# coding: euc_jp\n日',
  );
});
