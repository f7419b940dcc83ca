/** @file The theme's colours for what CSS cannot reach: canvases. */

/** Value of `--vscode-NAME`, else the text colour: some themes leave tokens out. */
export function themeColor(name: string): string {
  const style = getComputedStyle(document.documentElement);
  return style.getPropertyValue(`--vscode-${name}`).trim() || getComputedStyle(document.body).color;
}

/** Calls `onChange` when VS Code switches the theme. Returns what ends that. */
export function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  return () => observer.disconnect();
}
