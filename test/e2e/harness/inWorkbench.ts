/** @file One VS Code window for one test: closed whatever happens, with its picture and its log kept where it failed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { inRepository } from '../../../src/build/repository.mjs';
import { Workbench, type WorkbenchOptions } from './workbench';

/** The packed extension that `npm run package` makes. */
export const packedExtension = inRepository('dist', 'cnn-lab.vsix');

/**
 * Opens a window, by default with the packed extension, and closes it after `use`. Where `use` throws, a screenshot,
 * the text of every webview and the logs are left in dist/test/e2e/NAME.
 */
export async function inWorkbench(
  name: string,
  options: WorkbenchOptions,
  use: (workbench: Workbench) => Promise<void>,
): Promise<void> {
  const workbench = await Workbench.open({ vsix: packedExtension, ...options });
  try {
    await use(workbench);
  } catch (error) {
    const folder = inRepository('dist', 'test', 'e2e', name);
    await mkdir(folder, { recursive: true });
    await workbench.screenshot(`${folder}/window.png`).catch(() => {});
    await writeFile(`${folder}/webviews.txt`, await workbench.webviewTexts());
    await writeFile(`${folder}/log.txt`, workbench.log());
    console.log(`The window as it was, and its logs, are in ${folder}`);
    throw error;
  } finally {
    await workbench.close();
  }
}
