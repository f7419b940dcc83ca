/** @file The one panel: opened beside the code, adopted again after a reload, with a typed line to its page. */
import * as vscode from 'vscode';
import type { PredictionJob, TrainingJob } from '../../core/runs/job';
import { connect, type Remote } from '../../protocol/connection';
import type { HostApi, PanelApi } from '../../protocol/messages';
import { panelViewType } from '../commands/commandIds';
import { panelHtml } from './panelHtml';

export type Host = HostApi<TrainingJob, PredictionJob>;
export type Page = Remote<PanelApi<PredictionJob>>;

/** Milliseconds. The engine worker pauses a run after ten minutes without a sign of life. */
const heartbeatInterval = 20_000;

interface Open {
  readonly panel: vscode.WebviewPanel;
  readonly page: Page;
  /** The page has said hello: it is there to be shown something. */
  ready: boolean;
  readonly heartbeat: NodeJS.Timeout;
}

export class Panel implements vscode.Disposable {
  #open: Open | null = null;
  readonly #roots = new Map<string, vscode.Uri>();
  readonly #closed = new vscode.EventEmitter<void>();
  /** The user closed the panel, and with it ended its worker. */
  readonly onDidClose = this.#closed.event;

  /** `host` answers the page; it is asked for at each opening, so that the two may know each other. */
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly host: () => Host,
  ) {}

  get isVisible(): boolean {
    return this.#open?.panel.visible ?? false;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** The page, once it has said hello; what it should show before that it learns from the answer to hello. */
  get page(): Page | null {
    return this.#open?.ready ? this.#open.page : null;
  }

  /** Called by the host's `hello`. */
  pageIsReady(): void {
    if (this.#open) this.#open.ready = true;
  }

  /** Opens the panel beside the code, or brings it to the front where it is. */
  reveal(preserveFocus = false): void {
    if (this.#open) {
      this.#open.panel.reveal(undefined, preserveFocus);
      return;
    }
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const panel = vscode.window.createWebviewPanel(
      panelViewType,
      'CNN Lab',
      { viewColumn: column, preserveFocus },
      { retainContextWhenHidden: true, enableFindWidget: true, ...this.#options() },
    );
    this.adopt(panel);
  }

  /** Takes over a panel that VS Code restored after the window was reloaded. */
  adopt(panel: vscode.WebviewPanel): void {
    this.#open?.panel.dispose();
    panel.webview.options = this.#options();
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.svg');
    const page: Page = connect<PanelApi<PredictionJob>, Host>(this.host(), {
      post: (message) => panel.webview.postMessage(message),
      on: (listener) => panel.webview.onDidReceiveMessage(listener),
    });
    const heartbeat = setInterval(() => void page.heartbeat.asEvent(), heartbeatInterval);
    const open: Open = { panel, page, ready: false, heartbeat };
    this.#open = open;
    panel.onDidDispose(() => {
      clearInterval(heartbeat);
      page.$close();
      if (this.#open !== open) return;
      this.#open = null;
      this.#closed.fire();
    });
    panel.webview.html = panelHtml(panel.webview, this.extensionUri);
  }

  set title(title: string) {
    if (this.#open) this.#open.panel.title = title;
  }

  /** A URI under which the page can fetch a file below a workspace folder or an allowed root. */
  asWebviewUri(uri: vscode.Uri): string {
    return this.#open?.panel.webview.asWebviewUri(uri).toString() ?? '';
  }

  /** True where the page can fetch what lies at `uri`. */
  canRead(uri: vscode.Uri): boolean {
    const path = uri.toString();
    return this.#options().localResourceRoots.some((root) => path.startsWith(`${root.toString()}/`));
  }

  /**
   * Lets the page read a folder outside the workspace. A page that is open is loaded again by VS Code, so that this
   * must not happen during a run.
   */
  allow(root: vscode.Uri): void {
    if (this.canRead(root) || this.#roots.has(root.toString())) return;
    this.#roots.set(root.toString(), root);
    if (!this.#open) return;
    this.#open.ready = false;
    this.#open.panel.webview.options = this.#options();
  }

  close(): void {
    this.#open?.panel.dispose();
  }

  #options(): vscode.WebviewOptions & { readonly localResourceRoots: readonly vscode.Uri[] } {
    return {
      enableScripts: true,
      localResourceRoots: [
        vscode.Uri.joinPath(this.extensionUri, 'dist'),
        vscode.Uri.joinPath(this.extensionUri, 'media'),
        ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri),
        ...this.#roots.values(),
      ],
    };
  }

  /** The tab stays: after a reload or a restart of the extension host the next of us takes it over. */
  dispose(): void {
    if (this.#open) clearInterval(this.#open.heartbeat);
    this.#open?.page.$close();
    this.#open = null;
    this.#closed.dispose();
  }
}
