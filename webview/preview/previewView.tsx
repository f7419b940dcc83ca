/** @file The Preview tab: a trained model's answer on one image of the workspace. */
import { EmptyState } from '../parts/emptyState';
import { formatMilliseconds } from '../parts/formatNumber';
import { Icon } from '../parts/icon';
import { NoticeBar } from '../parts/noticeBar';
import '../parts/vscodeElements';
import type { Session } from '../state/session';
import { ClassBars } from './classBars';
import { MaskPreview } from './maskPreview';

export function PreviewView({ session }: { readonly session: Session }) {
  const { request, shown, busy, error } = session.preview;
  const asked = request.value;
  const answer = shown.value;
  const failed = error.value;
  if (!asked) {
    return (
      <EmptyState
        icon="eye"
        text="Choose an image to see what a trained model makes of it."
        action="Preview an Image…"
        onAction={() => session.command('preview')}
      />
    );
  }
  return (
    <div class="preview">
      <div class="preview-bar">
        <b>{asked.imageName}</b>
        <vscode-single-select
          key={asked.runName}
          label="Run whose model is shown"
          onChange={(event) => {
            const id = event.currentTarget.value;
            if (id !== '') void session.preview.openWith(id);
          }}
        >
          <vscode-option value="" selected>
            {asked.runName}
          </vscode-option>
          {asked.runs
            .filter((run) => run.label !== asked.runName)
            .map((run) => (
              <vscode-option key={run.id} value={run.id}>
                {run.label}
              </vscode-option>
            ))}
        </vscode-single-select>
        <span class="muted" role="status">
          {busy.value ? (
            <>
              <Icon name="loading" spin /> computing…
            </>
          ) : (
            answer &&
            !failed &&
            `${formatMilliseconds(answer.prediction.milliseconds)} on ${
              answer.prediction.device.backend === 'webgpu' ? 'WebGPU' : 'WASM'
            } · ${answer.prediction.device.description}`
          )}
        </span>
      </div>
      {failed && <NoticeBar severity="error" message={failed.message} hint={failed.hint} />}
      {answer && (
        <div class={busy.value || failed ? 'preview-body dimmed' : 'preview-body'} aria-busy={busy.value}>
          {answer.prediction.probabilities ? (
            <ClassBars prediction={answer.prediction} classes={answer.request.job.classes} />
          ) : (
            <MaskPreview preview={answer.prediction.preview} classes={answer.request.job.classes} />
          )}
        </div>
      )}
    </div>
  );
}
