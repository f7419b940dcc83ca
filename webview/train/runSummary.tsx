/** @file What is left when a run has ended: how it went, and where to go from here. */
import type { RunState } from '../../src/core/runs/run';
import { Button } from '../parts/button';
import { formatMetric } from '../parts/formatNumber';
import { Icon } from '../parts/icon';
import { NoticeBar } from '../parts/noticeBar';
import type { CurrentRun, Session } from '../state/session';

const headings: Readonly<Partial<Record<RunState, readonly [icon: string, text: string]>>> = {
  completed: ['pass', 'Training is complete'],
  stopped: ['stop-circle', 'Training was stopped'],
  interrupted: ['debug-disconnect', 'Training was interrupted'],
};

const metricNames: Readonly<Record<string, string>> = {
  dice: 'Dice',
  iou: 'IoU',
  accuracy: 'accuracy',
  loss: 'loss',
};

export function RunSummary({ session, run }: { readonly session: Session; readonly run: CurrentRun }) {
  const { log, facts } = run;
  if (run.live) return null;
  const heading = headings[log.state];
  const best = log.best;
  const figures = best ? Object.entries(best.validation) : [];
  return (
    <section class="run-summary" aria-label="Result">
      {log.state === 'failed' && (
        <NoticeBar severity="error" message={log.error ?? 'Training failed.'} hint={log.hint} />
      )}
      {heading && (
        <h2>
          <Icon name={heading[0]} /> {heading[1]}
        </h2>
      )}
      {best && (
        <p>
          Best epoch <b>{best.epoch}</b> <span class="muted">(step {best.step})</span>
          {figures.map(([name, value]) => (
            <span key={name}>
              {' · '}
              {metricNames[name] ?? name} <b>{formatMetric(value)}</b>
            </span>
          ))}
          <span class="muted"> on validation images</span>
        </p>
      )}
      <div class="form-actions">
        <Button
          label="Preview an image…"
          icon="eye"
          secondary={session.canResume.value}
          onPress={() => session.command('preview')}
        />
        <Button
          label="Open run folder"
          icon="folder-opened"
          secondary
          onPress={() => void session.host.openRunFolder(facts.id)}
        />
        <Button label="Train again" icon="refresh" secondary onPress={() => session.trainAgain()} />
      </div>
    </section>
  );
}
