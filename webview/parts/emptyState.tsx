/** @file An empty view: one sentence on what to do next, one button that does it. */
import { Button } from './button';
import { Icon } from './icon';

interface EmptyStateProps {
  readonly icon: string;
  readonly text: string;
  readonly action: string;
  readonly onAction: () => void;
}

export function EmptyState({ icon, text, action, onAction }: EmptyStateProps) {
  return (
    <div class="empty">
      <div class="empty-icon">
        <Icon name={icon} />
      </div>
      <p>{text}</p>
      <Button label={action} onPress={onAction} />
    </div>
  );
}
