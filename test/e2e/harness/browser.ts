/** @file Starts the browser that shows VS Code in tests: with WebGPU on a software adapter, or without any adapter. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../../src/build/chromium.mjs';

export interface BrowserOptions {
  /** false: `navigator.gpu` exists and gives no adapter, as on most Linux desktops. */
  readonly webgpu: boolean;
  /** Slow hidden and background pages down as browsers do for people; automation switches that off. */
  readonly throttleBackground?: boolean;
  /** CSS pixels; default 1400×900. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Device pixels a CSS pixel; default 1. Screenshots for the README want 2. */
  readonly deviceScaleFactor?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: boolean;
}

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  close(): Promise<void>;
}

const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Without the first flag requestAdapter() gives null where there is no GPU: the test of our fallback for free.
const softwareWebGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const throttlingSwitches = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** @throws Error where no Chromium, Chrome or Edge is installed. */
export async function launchBrowser(options: BrowserOptions): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium, Chrome or Edge found. Install one, or set CHROME_PATH.');
  const profile = await mkdtemp(join(tmpdir(), 'cnn-lab-browser-'));
  await allowThirdPartyCookies(profile);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    // The new headless mode is the real browser without a window; Playwright's own flag would start the old one.
    headless: true,
    args: ['--headless=new', ...quiet, ...(options.webgpu ? softwareWebGpu : [])],
    ignoreDefaultArgs: ['--headless', ...(options.throttleBackground ? throttlingSwitches : [])],
    viewport: options.viewport ?? { width: 1400, height: 900 },
    deviceScaleFactor: options.deviceScaleFactor ?? 1,
    colorScheme: options.colorScheme ?? 'light',
    forcedColors: options.forcedColors ? 'active' : 'none',
    acceptDownloads: true,
  });
  // No network is needed: whatever asks for another machine is refused, here and at once.
  await context.route(
    (url) => url.protocol.startsWith('http') && !/^(127\.0\.0\.1|(.*\.)?localhost)$/.test(url.hostname),
    (route) => route.abort(),
  );
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Webviews of another origin keep their service worker only in a profile that allows third-party storage. */
async function allowThirdPartyCookies(profile: string): Promise<void> {
  await mkdir(join(profile, 'Default'), { recursive: true });
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
}
