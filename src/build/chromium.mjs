/**
 * @file Finds a browser of the Chromium family, which the tests inside VS Code and the screenshots drive.
 * Free of dependencies.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const programs = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];

const windowsRoots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
const applications = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...windowsRoots.flatMap((root) =>
    root
      ? [
          join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ]
      : [],
  ),
];

/** @returns {string | undefined} path of the browser: `CHROME_PATH` if set, else the first found on PATH or in its usual place */
export function findChromium() {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH) return existsSync(CHROME_PATH) ? CHROME_PATH : undefined;
  const onPath = programs.flatMap((program) => PATH.split(delimiter).map((folder) => join(folder, program)));
  return [...onPath, ...applications].find((path) => existsSync(path));
}
