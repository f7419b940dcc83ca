/** @file Colours of curves: a see-through token of the theme is drawn opaque. */
import { expect, test } from 'vitest';
import { opaque } from '../../webview/parts/themeColor';

test.each([
  ['#ea5c0055', '#ea5c00'],
  ['#3794ff', '#3794ff'],
  ['rgba(234, 92, 0, 0.33)', 'rgb(234, 92, 0)'],
  ['rgb(0, 0, 0)', 'rgb(0, 0, 0)'],
])('%s is drawn as %s', (token, drawn) => expect(opaque(token)).toBe(drawn));
