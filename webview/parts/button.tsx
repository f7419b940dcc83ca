/** @file A button as VS Code draws them, with an icon before its text. */
import './vscodeElements';
import { Icon } from './icon';

interface ButtonProps {
  readonly label: string;
  readonly icon?: string;
  readonly secondary?: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

export function Button({ label, icon, secondary = false, disabled = false, onPress }: ButtonProps) {
  return (
    <vscode-button secondary={secondary} disabled={disabled} onClick={onPress}>
      <span class="button-content">
        {icon && <Icon name={icon} />}
        {label}
      </span>
    </vscode-button>
  );
}
