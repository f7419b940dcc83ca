/** @file A VS Code window on a folder, driven as a person drives it: palette, files, hints, panels, screenshots. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import { type CodeServer, extensionsFolderOf, startCodeServer } from '../../../src/build/codeServer.mjs';
import { type Browser, type BrowserOptions, launchBrowser } from './browser';
import { type CrossOriginProxy, startCrossOriginProxy } from './crossOriginProxy';

export const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  highContrast: 'Default High Contrast',
} as const;

export type Theme = keyof typeof themes;

/**
 * How a folder meets Workspace Trust. `granted`: the question is answered with yes; `restricted`: nothing asks and
 * the folder stays untrusted; `ask`: the question is left open; `off`: trust is switched off altogether.
 */
export type Trust = 'granted' | 'restricted' | 'ask' | 'off';

export interface WorkbenchOptions extends Partial<BrowserOptions> {
  /** The workspace. Tests write into it, so give a temporary copy. */
  readonly folder: string;
  /** The packed extension to install. */
  readonly vsix?: string;
  /** Default `light`. */
  readonly theme?: Theme;
  /** Default `granted`. */
  readonly trust?: Trust;
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Webviews get origins of their own, and hidden ones are slowed down, as on a desktop. */
  readonly crossOriginWebviews?: boolean;
}

const patience = 60_000;

export class Workbench {
  /** Everything that the browser's console said, for when a test fails. */
  readonly consoleLines: string[] = [];

  private constructor(
    private readonly server: CodeServer,
    private readonly browser: Browser,
    private readonly proxy: CrossOriginProxy | null,
    private readonly folder: string,
    readonly page: Page,
  ) {
    page.on('console', (message) => this.consoleLines.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.consoleLines.push(`uncaught: ${error.message}`));
  }

  /** Starts a server and a browser, and opens the folder. @throws Error where any of it does not come up */
  static async open(options: WorkbenchOptions): Promise<Workbench> {
    const trust = options.trust ?? 'granted';
    const theme = options.theme ?? 'light';
    const server = await startCodeServer({
      extensionsFolder: options.vsix ? await extensionsFolderOf(resolve(options.vsix)) : undefined,
      workspaceTrust: trust !== 'off',
      settings: {
        'workbench.colorTheme': themes[theme],
        'security.workspace.trust.startupPrompt': trust === 'restricted' ? 'never' : 'always',
        'security.workspace.trust.banner': 'never',
        ...options.settings,
      },
    });
    const proxy = options.crossOriginWebviews ? await startCrossOriginProxy(server.port) : null;
    const browser = await launchBrowser({
      ...options,
      webgpu: options.webgpu ?? true,
      throttleBackground: options.throttleBackground ?? options.crossOriginWebviews,
      colorScheme: options.colorScheme ?? (theme === 'light' ? 'light' : 'dark'),
    });
    const workbench = new Workbench(server, browser, proxy, resolve(options.folder), browser.page);
    try {
      await workbench.reload();
      if (trust === 'granted') await workbench.answerTrust('Yes');
      return workbench;
    } catch (error) {
      await workbench.close();
      throw error;
    }
  }

  /** Loads the window, or loads it anew. */
  async reload(): Promise<void> {
    const url = this.proxy?.url ?? this.server.url;
    await this.page.goto(`${url}/?${new URLSearchParams({ folder: this.folder })}`);
    await this.page.waitForSelector('.monaco-workbench .part.editor', { timeout: patience });
  }

  /** Kills the process in which extensions run, as a crash would; VS Code starts another. */
  crashExtensionHost(): void {
    const launched = [...this.server.log().matchAll(/<(\d+)> Launched Extension Host Process/g)].at(-1);
    if (!launched) throw new Error("The server's log names no extension host.");
    process.kill(Number(launched[1]), 'SIGKILL');
  }

  /** Answers the question whether the authors of the folder are trusted. */
  async answerTrust(answer: 'Yes' | 'No'): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box', { hasText: 'Do you trust' });
    await dialog
      .locator('.monaco-button', { hasText: new RegExp(`^${answer}`) })
      .click({ timeout: patience });
    await dialog.waitFor({ state: 'detached', timeout: patience });
  }

  /**
   * Runs a command by its title in the palette. The palette lists only the commands that were known when it opened,
   * and extensions may still be loading, so it is opened again until the command is there.
   */
  async runCommand(title: string): Promise<void> {
    const input = this.quickInput();
    for (const end = Date.now() + patience; ; ) {
      try {
        await this.page.keyboard.press('F1');
        await input.waitFor({ timeout: 2000 });
        await input.fill(`>${title}`);
        await this.quickPickRow(title).waitFor({ timeout: 1500 });
        await this.quickPickRow(title).click();
        return;
      } catch (error) {
        if (Date.now() > end) throw new Error(`The palette has no command "${title}" (${error}).`);
        await this.page.keyboard.press('Escape');
        await this.page.waitForTimeout(300);
      }
    }
  }

  /** The text field on top of the palette and of quick picks. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget input.input').first();
  }

  /** A row of the palette or of a quick pick, by a part of its text. */
  quickPickRow(text: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  /** Opens a file by its path in the workspace, through Go to File. */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1) ?? path;
    for (const end = Date.now() + patience; ; ) {
      try {
        await this.page.keyboard.press('Control+P');
        await this.quickInput().fill(path, { timeout: 2000 });
        await this.quickPickRow(name).click({ timeout: 3000 });
        await this.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: 5000 });
        return;
      } catch (error) {
        if (Date.now() > end) throw new Error(`Could not open ${path} (${error}).`);
        await this.page.keyboard.press('Escape');
        await this.page.waitForTimeout(300);
      }
    }
  }

  /** Brings a line of the active editor into view: the editor draws no others. */
  async goToLine(line: number): Promise<void> {
    await this.page.keyboard.press('Control+G');
    await this.quickInput().fill(`:${line}`);
    await this.page.keyboard.press('Enter');
  }

  /** Opens the Explorer's context menu on a file and chooses an item. Folders on the way are opened. */
  async runOnFile(path: string, menuItem: string): Promise<void> {
    await this.runCommand('View: Show Explorer');
    const parts = path.split('/');
    for (const [depth, part] of parts.entries()) {
      const row = this.page.locator(`.explorer-folders-view .monaco-list-row[aria-level="${depth + 1}"]`, {
        has: this.page.getByText(part, { exact: true }),
      });
      await row.first().scrollIntoViewIfNeeded({ timeout: patience });
      if (depth === parts.length - 1) await row.first().click({ button: 'right' });
      else if ((await row.first().getAttribute('aria-expanded')) !== 'true') await row.first().click();
    }
    const item = this.page.locator('.monaco-menu .action-item', { hasText: menuItem }).first();
    // A fresh menu takes a click for the end of the one that opened it, so it is chosen with the keyboard.
    await item.hover({ timeout: patience });
    await this.page.keyboard.press('Enter');
    await item.waitFor({ state: 'detached', timeout: patience });
  }

  /** What the editor shows on its lines, inlay hints included. The editor draws only what is in view. */
  async editorText(): Promise<string> {
    const lines = await this.page.locator('.editor-instance .view-lines .view-line').allInnerTexts();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Waits until the editor shows this text (a hint, a CodeLens is in `.codelens-decoration`). */
  async waitForEditorText(text: string | RegExp, timeout = patience): Promise<void> {
    const end = Date.now() + timeout;
    for (let seen = ''; ; ) {
      seen = await this.editorText();
      if (typeof text === 'string' ? seen.includes(text) : text.test(seen)) return;
      if (Date.now() > end) throw new Error(`The editor never showed ${text}. It showed:\n${seen}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** The frame of the webview that contains an element. @throws Error with the frames' addresses where there is none */
  async webview(selector: string, timeout = patience): Promise<Frame> {
    for (const end = Date.now() + timeout; Date.now() < end; ) {
      for (const frame of this.page.frames()) {
        if (frame === this.page.mainFrame()) continue;
        // Frames come and go while VS Code builds a webview.
        const element = await frame.$(selector).catch(() => null);
        if (element) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    const addresses = this.page.frames().map((frame) => frame.url().slice(0, 120));
    throw new Error(`No webview has ${selector}. Frames:\n${addresses.join('\n')}`);
  }

  /** What every webview shows, frame by frame; for a failing test. */
  async webviewTexts(): Promise<string> {
    const frames = this.page.frames().filter((frame) => frame !== this.page.mainFrame());
    const texts = frames.map(
      async (frame) => `${frame.url()}\n${await frame.locator('body').innerText().catch(String)}\n`,
    );
    return (await Promise.all(texts)).join('\n');
  }

  /** Waits for a notification with this text. */
  async notification(text: string | RegExp, timeout = patience): Promise<Locator> {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.waitFor({ timeout });
    return toast;
  }

  /** Writes a PNG of the window. */
  async screenshot(path: string): Promise<void> {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await this.page.screenshot({ path });
  }

  /** What the server and the browser's console have said; for a failing test. */
  log(): string {
    return [...this.consoleLines, this.server.log()].join('\n');
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.proxy?.close();
    await this.server.stop();
  }
}
