/** @file Something went wrong, or deserves attention: what it was and what to do. */
import { Icon } from './icon';

interface NoticeBarProps {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly hint?: string | null;
}

const icons = { error: 'error', warning: 'warning', info: 'info' } as const;

export function NoticeBar({ severity, message, hint }: NoticeBarProps) {
  return (
    <div class={`notice notice-${severity}`} role={severity === 'error' ? 'alert' : 'status'}>
      <Icon name={icons[severity]} />
      <div>
        <div class="notice-message">{message}</div>
        {hint && <div class="muted">{hint}</div>}
      </div>
    </div>
  );
}
