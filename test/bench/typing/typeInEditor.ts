/** @file Types in the real VS Code, from inside its extension host: edits, and asks for the hints as an editor would. */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { extensionId, hintsOf, workspaceUri } from '../../host/editing';
import { OwnStretches } from './ownStretches';
import { HintCount, retyping } from './retyping';
import { type HostReport, percentile, type TypingReport } from './typingReport';

export interface TypingOrder {
  readonly files: readonly { readonly name: string; readonly file: string }[];
  /** Every how many-th hint line is typed: 1 is all. */
  readonly everyLine: number;
  /** That the extension waits for after a keystroke, in milliseconds. */
  readonly pause: number;
  readonly report: string;
}

const PATIENCE_MS = 30_000;

export async function typeInEditor(order: TypingOrder): Promise<void> {
  const extension = vscode.extensions.getExtension(extensionId)!;
  const idle = await longestDelay(() => new Promise((wake) => setTimeout(wake, 1500)));
  if (extension.isActive) throw new Error('The extension is active before any Python file is open.');
  const start = performance.now();
  const activation = until(() => extension.isActive).then(() => performance.now() - start);
  const first = await open(order.files[0]!.file);
  const opened = performance.now() - start;
  await untilHints(first.document);
  const firstHint = { opened, activated: await activation, hints: performance.now() - start };

  const path = extension.extensionPath;
  const stretches = new OwnStretches((url) => url.includes(`${path}/dist/extension`));
  const files: TypingReport[] = [];
  await stretches.start();
  const typing = await longestDelay(async () => {
    for (const { name, file } of order.files) files.push(await typeFile(name, await open(file), order));
  });
  const own = await stretches.stop();
  const report: HostReport = {
    firstHint,
    files,
    loop: { idle, typing, ours: Math.max(0, ...own), ours99: percentile(own, 0.99) },
  };
  writeFileSync(order.report, JSON.stringify(report));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((wake) => setTimeout(wake, 2));
}

async function open(file: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(workspaceUri(file));
  return vscode.window.showTextDocument(document);
}

async function untilHints(document: vscode.TextDocument): Promise<Map<number, string>> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const hints = await hintsOf(document);
    if (hints.size > 0) return hints;
    if (performance.now() > end) throw new Error(`${document.fileName} has no hints`);
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

async function typeFile(name: string, editor: vscode.TextEditor, order: TypingOrder): Promise<TypingReport> {
  const { document } = editor;
  const lines = [...(await untilHints(document)).keys()].sort((a, b) => a - b);
  const typed = lines.filter((_, index) => index % order.everyLine === 0);
  const count = new HintCount();
  const waits: number[] = [];
  for (const { line, text } of retyping(document.getText(), typed)) {
    const wanted = text.split('\n')[line - 1]!;
    const keystroke = await write(editor, line, wanted);
    const shown = new Set((await hintsOf(document)).keys());
    // Where nothing was written (an empty line's indentation stays) there is nothing to wait for.
    if (keystroke !== null) waits.push(performance.now() - keystroke - order.pause);
    count.add(lines, shown, line);
  }
  return {
    file: name,
    hintLines: lines.length,
    keystrokes: waits.length,
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    ...count.result(),
  };
}

/** Brings a line to `wanted` by one edit at its end; when the extension host was told of it, or null where it is so already. */
async function write(editor: vscode.TextEditor, line: number, wanted: string): Promise<number | null> {
  const { range, text } = editor.document.lineAt(line - 1);
  if (text === wanted) return null;
  const told = new Promise<number>((done) => {
    const subscription = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document !== editor.document) return;
      subscription.dispose();
      done(performance.now());
    });
  });
  await editor.edit((edit) => {
    if (wanted.startsWith(text)) edit.insert(range.end, wanted.slice(text.length));
    else edit.replace(range, wanted);
  });
  return told;
}

async function longestDelay(work: () => Promise<unknown>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: 5 });
  monitor.enable();
  await work();
  monitor.disable();
  return monitor.max / 1e6;
}
