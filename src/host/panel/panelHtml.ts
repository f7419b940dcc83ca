/** @file The panel's page: a shell that loads our bundle and nothing from anywhere else. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PanelResources } from '../../protocol/messages';

/** A fresh nonce each time: a page that is loaded again gets new HTML. */
export function panelHtml(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const bundled = (name: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', name)).toString();
  const resources: PanelResources = {
    engineWorker: bundled('engineWorker.js'),
    ortWasm: bundled('ort-wasm-simd-threaded.wasm'),
    nonce,
  };
  // The worker is made from a blob and inherits this policy: it may compile WebAssembly, and reach no other origin.
  const policy = [
    "default-src 'none'",
    `img-src ${webview.cspSource} blob: data:`,
    `font-src ${webview.cspSource}`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}' ${webview.cspSource} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `connect-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CNN Lab</title>
<link rel="stylesheet" href="${bundled('codicon.css')}" id="vscode-codicon-stylesheet" nonce="${nonce}">
<link rel="stylesheet" href="${bundled('main.css')}" nonce="${nonce}">
<script type="application/json" id="cnn-lab-resources" nonce="${nonce}">${scriptSafeJson(resources)}</script>
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${bundled('main.js')}"></script>
</body>
</html>`;
}

/** JSON in which no `</script>` can end the element early. */
function scriptSafeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
