/** @file The VS Code web components in use, registered one by one and declared for JSX. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { ComponentChildren } from 'preact';

interface ElementProps<Target> {
  readonly key?: string;
  readonly children?: ComponentChildren;
  readonly class?: string;
  readonly id?: string;
  readonly slot?: string;
  readonly title?: string;
  readonly disabled?: boolean;
  readonly 'aria-label'?: string;
  readonly 'aria-describedby'?: string;
  readonly onClick?: (event: MouseEvent) => void;
  readonly onInput?: (event: Event & { readonly currentTarget: Target }) => void;
  readonly onChange?: (event: Event & { readonly currentTarget: Target }) => void;
}

type Valued = HTMLElement & { value: string };
type Checked = HTMLElement & { checked: boolean };

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': ElementProps<HTMLElement> & { readonly secondary?: boolean; readonly type?: string };
      'vscode-checkbox': ElementProps<Checked> & { readonly checked?: boolean; readonly label?: string };
      'vscode-option': ElementProps<HTMLElement> & { readonly value?: string; readonly selected?: boolean };
      'vscode-single-select': ElementProps<Valued> & { readonly value?: string; readonly label?: string };
      'vscode-textfield': ElementProps<Valued> & {
        readonly value?: string;
        readonly label?: string;
        readonly placeholder?: string;
        readonly invalid?: boolean;
      };
    }
  }
}
