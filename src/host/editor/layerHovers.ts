/** @file Hovers over layers and over expressions that make tensors: from the last trace, never waiting for another. */
import * as vscode from 'vscode';
import { placeAt } from '../../trace/layerFacts';
import { type LayerPlace, layerPlaces } from '../../trace/layerPlaces';
import { setting } from '../workspace/settings';
import { workspacePath } from '../workspace/workspacePaths';
import { layerText } from './layerText';
import type { DocumentTrace, ModelDocuments } from './modelDocuments';

export class LayerHoverProvider implements vscode.HoverProvider {
  constructor(private readonly documents: ModelDocuments) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | null {
    if (!setting('hover.enabled', document.uri)) return null;
    const traced = this.documents.recent(document);
    if (!traced) return null;
    const line = tracedLine(traced, position.line + 1);
    if (line === null) return null;
    const places = layerPlaces(traced.readable, workspacePath(document.uri).path, traced.text);
    const place = placeAt(places, line, position.character);
    if (!place) return null;
    const text = layerText(calledName(traced.text, place), place.uses);
    return new vscode.Hover(new vscode.MarkdownString(text), rangeOnScreen(traced, place));
  }
}

/** The line of the traced text that stands on this line of the screen; null while it is being edited. */
function tracedLine({ text, currentLine }: DocumentTrace, wanted: number): number | null {
  const lines = text.split('\n').length;
  for (let line = 1; line <= lines; line++) if (currentLine(line) === wanted) return line;
  return null;
}

function rangeOnScreen({ currentLine }: DocumentTrace, { range }: LayerPlace): vscode.Range | undefined {
  const [line, endLine] = [currentLine(range.line), currentLine(range.endLine)];
  if (line === null || endLine === null) return undefined;
  return new vscode.Range(line - 1, range.column, endLine - 1, range.endColumn);
}

/** `F.max_pool2d` of `F.max_pool2d(x, 2)`; the expression itself where it is no call. */
function calledName(text: string, { range }: LayerPlace): string {
  const lines = text.split('\n').slice(range.line - 1, range.endLine);
  const last = lines.length - 1;
  lines[last] = lines[last]!.slice(0, range.endColumn);
  lines[0] = lines[0]!.slice(range.column);
  const expression = lines.join(' ').trim();
  const callee = expression.endsWith(')') ? expression.slice(0, openingOf(expression)) : expression;
  const name = /[\w.]+$/.exec(callee.trimEnd());
  return name && callee !== expression ? name[0].replace(/^\./, '') : expression.slice(0, 40);
}

/** Where the bracket opens that the last character closes. */
function openingOf(expression: string): number {
  let depth = 0;
  for (let at = expression.length - 1; at >= 0; at--) {
    if (expression[at] === ')') depth++;
    if (expression[at] === '(' && --depth === 0) return at;
  }
  return 0;
}
