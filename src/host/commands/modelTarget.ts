/** @file How a lens or a tree item tells a command which model it means. */
import * as vscode from 'vscode';

export interface ModelTarget {
  readonly file: vscode.Uri;
  readonly model: string;
}

/** Commands are called with anything: a lens's reference, a tree item, a menu's resource, or nothing. */
export function asModelTarget(argument: unknown): ModelTarget | null {
  if (typeof argument !== 'object' || argument === null) return null;
  if (!('file' in argument) || !('model' in argument)) return null;
  const { file, model } = argument;
  return file instanceof vscode.Uri && typeof model === 'string' ? { file, model } : null;
}

/** The Explorer and editor titles hand over the resource. */
export function asUri(argument: unknown): vscode.Uri | null {
  return argument instanceof vscode.Uri ? argument : null;
}
