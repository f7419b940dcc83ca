/** @file The theme's colours for what CSS cannot reach: canvases. */

/**
 * Value of `--vscode-NAME`, else the text colour: some themes leave tokens out. Opaque: VS Code's orange for charts is
 * a highlight's, of which a thin line would let nothing be seen.
 */
export function themeColor(name: string): string {
  const style = getComputedStyle(document.documentElement);
  const color = style.getPropertyValue(`--vscode-${name}`).trim();
  return color ? opaque(color) : getComputedStyle(document.body).color;
}

/** VS Code writes `#rrggbb`, `#rrggbbaa` or `rgba(r, g, b, a)`. */
export function opaque(color: string): string {
  const hex = /^(#[0-9a-f]{6})[0-9a-f]{2}$/i.exec(color);
  return hex?.[1] ?? color.replace(/^rgba\((.+),[^,]+\)$/, 'rgb($1)');
}

/** Calls `onChange` when VS Code switches the theme. Returns what ends that. */
export function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  return () => observer.disconnect();
}
