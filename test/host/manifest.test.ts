/** @file package.json and the code must name the same commands, views and settings. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandIds, viewIds } from '../../src/host/commands/commandIds';
import { activated, extensionId } from './editing';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
    }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
  };
}

describe('package.json', () => {
  const manifest = () => {
    const extension = vscode.extensions.getExtension<unknown>(extensionId);
    assert(extension);
    return (extension.packageJSON as Manifest).contributes;
  };
  const sorted = (ids: Iterable<string>) => [...ids].sort();

  it('contributes exactly the commands of commandIds.ts, under one category', () => {
    const { commands } = manifest();
    assert.deepEqual(sorted(commands.map(({ command }) => command)), sorted(Object.values(commandIds)));
    assert.deepEqual([...new Set(commands.map(({ category }) => category))], ['CNN Lab']);
  });

  it('contributes exactly the views of commandIds.ts', () => {
    const views = Object.values(manifest().views).flat();
    assert.deepEqual(sorted(views.map(({ id }) => id)), sorted(Object.values(viewIds)));
  });

  it('has only known commands in menus and welcome views', () => {
    const known = new Set<string>(Object.values(commandIds));
    const { menus, viewsWelcome } = manifest();
    for (const [menu, items] of Object.entries(menus)) {
      for (const { command } of items) assert(known.has(command), `${command} in ${menu}`);
    }
    for (const { contents } of viewsWelcome) {
      for (const [, command] of contents.matchAll(/\(command:(cnnLab\.\w+)\)/g)) {
        assert(known.has(command ?? ''), `${command} in a welcome view`);
      }
    }
  });

  it('registers every contributed command once the extension is active', async () => {
    await activated();
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = Object.values(commandIds).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });
});
