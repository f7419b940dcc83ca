/**
 * @file Panels that outlived their extension host: their page goes on, but no host hears it. VS Code tells nobody;
 * such a tab is known only by its type, and by not being offered to the serializer once it is visible.
 */
import * as vscode from 'vscode';
import { panelViewType } from '../commands/commandIds';

/** Milliseconds in which VS Code offers a visible tab to the serializer after a window reload. */
const patience = 3000;

/** Closes each orphan as soon as it is visible, then calls `reopen`. `isOurs` is true once a panel is adopted. */
export function mendOrphanPanels(isOurs: () => boolean, reopen: () => void): vscode.Disposable {
  const suspects = new Set(panelTabs());
  if (suspects.size === 0) return { dispose() {} };
  const timers = new Set<NodeJS.Timeout>();
  const watch = () => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (isOurs()) return;
      const orphans = panelTabs().filter((tab) => tab.isActive);
      if (orphans.length === 0) return;
      void vscode.window.tabGroups.close(orphans, true).then((closed) => closed && reopen());
    }, patience);
    timers.add(timer);
  };
  const subscription = vscode.window.tabGroups.onDidChangeTabs(() => {
    if (!isOurs() && panelTabs().some((tab) => tab.isActive)) watch();
  });
  watch();
  return {
    dispose() {
      subscription.dispose();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function panelTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(panelViewType));
}
