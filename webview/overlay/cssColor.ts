/** @file A colour of the class palette, for CSS. */
import type { Rgb } from '../../src/core/image/palette';

export function cssColor([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}
