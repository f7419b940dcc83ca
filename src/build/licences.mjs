/** @file The licences of everything that the bundles contain, in one text file that is shipped with them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRepository } from './repository.mjs';

/** Packages whose files are copied, not bundled. */
const copied = ['pyodide', 'onnxruntime-web', '@vscode/codicons'];

/**
 * @param {Iterable<string>} inputs paths of bundled files, from the repository's root
 * @returns {string[]} names of the packages that they belong to, in order
 */
export function packagesOf(inputs) {
  const names = new Set(copied);
  for (const input of inputs) {
    const found = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input);
    if (found?.[1]) names.add(found[1]);
  }
  return [...names].sort();
}

/** @param {Iterable<string>} inputs as for `packagesOf` */
export async function writeLicences(inputs) {
  const texts = packagesOf(inputs).map((name) => {
    const folder = inRepository('node_modules', name);
    const { version, license, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
    // Some packages name their licence and ship no text of it.
    const text =
      file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})${homepage ? `\n${homepage}` : ''}\n\n${text}`.trim();
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  const head = 'CNN Lab contains these packages, each under its own licence.';
  await writeFile(inRepository('dist', 'THIRD_PARTY_LICENCES.txt'), `${[head, ...texts].join(rule)}\n`);
}
