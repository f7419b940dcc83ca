/** @file The Train tab: the form, then the run as it goes: curves on top, pinned images below. */
import { EmptyState } from '../parts/emptyState';
import { Icon } from '../parts/icon';
import { NoticeBar } from '../parts/noticeBar';
import type { CurrentRun, Session } from '../state/session';
import { PinnedRows } from './pinnedRows';
import { RunCurves } from './runCurves';
import { RunSummary } from './runSummary';
import { TrainForm } from './trainForm';

export function TrainView({ session }: { readonly session: Session }) {
  const run = session.run.value;
  const draft = session.draft.value;
  if (run) return <RunView session={session} run={run} />;
  if (draft) return <TrainForm session={session} draft={draft} />;
  return (
    <EmptyState
      icon="beaker"
      text="Choose a model and a folder of images to train it on."
      action="Train Model…"
      onAction={() => session.command('train')}
    />
  );
}

function RunView({ session, run }: { readonly session: Session; readonly run: CurrentRun }) {
  const { log, facts } = run;
  const notice = session.notice.value;
  const reason = log.device?.fallbackReason;
  const started = log.stepNumbers.length > 0;
  return (
    <div class="run-view">
      {notice && <NoticeBar severity="error" message={notice.message} hint={notice.hint} />}
      {run.live && reason && <NoticeBar severity="info" message={reason} />}
      <RunSummary session={session} run={run} />
      {!started && run.live && (
        <p class="waiting muted">
          <Icon name="loading" spin /> {waitingText(run)}
        </p>
      )}
      {started && <RunCurves run={run} />}
      <PinnedRows frames={log.pinned.frames} classes={facts.classes} />
      {log.warnings.length > 0 && (
        <details class="warnings">
          <summary>
            <Icon name="warning" /> {log.warnings.length} {log.warnings.length === 1 ? 'warning' : 'warnings'}
          </summary>
          <ul>
            {log.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function waitingText({ log }: CurrentRun): string {
  if (log.phase) return 'Preparing the network for the device…';
  return 'Starting…';
}
