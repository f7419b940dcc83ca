/** @file The settings of package.json, typed. */
import * as vscode from 'vscode';
import type { LintCode } from '../../core/lints/lint';
import type { DeviceChoice } from '../../core/runs/experiment';

export interface Settings {
  readonly 'shapeHints.enabled': boolean;
  /** In characters. */
  readonly 'shapeHints.maxLength': number;
  readonly 'shapeHints.batch': boolean;
  readonly 'hover.enabled': boolean;
  readonly 'codeLens.enabled': boolean;
  readonly 'lints.disabled': readonly LintCode[];
  readonly device: DeviceChoice;
}

const defaults: Settings = {
  'shapeHints.enabled': true,
  'shapeHints.maxLength': 60,
  'shapeHints.batch': false,
  'hover.enabled': true,
  'codeLens.enabled': true,
  'lints.disabled': [],
  device: 'auto',
};

/** The setting's value for a resource, folder settings included. */
export function setting<K extends keyof Settings>(name: K, scope?: vscode.Uri): Settings[K] {
  return vscode.workspace.getConfiguration('cnnLab', scope).get(name, defaults[name]);
}

/** Calls back when one of the named settings changes anywhere. */
export function onSettingChange(names: readonly (keyof Settings)[], changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`cnnLab.${name}`))) changed();
  });
}
