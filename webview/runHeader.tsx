/** @file The one header: model · dataset · device · state, and the one action that fits the state. */
import type { RunState } from '../src/core/runs/run';
import { Button } from './parts/button';
import { formatDuration, formatMilliseconds } from './parts/formatNumber';
import { Icon } from './parts/icon';
import type { CurrentRun, Session } from './state/session';

const stateNames: Readonly<Record<RunState, string>> = {
  running: 'training',
  paused: 'paused',
  stopped: 'stopped',
  completed: 'completed',
  failed: 'failed',
  interrupted: 'interrupted',
};

export function RunHeader({ session }: { readonly session: Session }) {
  const run = session.run.value;
  const draft = session.draft.value;
  const traced = session.architecture.value?.model;
  const modelName = run?.facts.modelName ?? draft?.modelClass ?? traced?.model ?? 'CNN Lab';
  const datasetName = run?.facts.datasetName ?? draft?.datasetName;
  return (
    <div class="run-header">
      <div class="run-title">
        <h1>{modelName}</h1>
        {datasetName && <span class="muted">on {datasetName}</span>}
        <DeviceBadge session={session} />
      </div>
      <div class="run-actions">
        <Actions session={session} />
      </div>
      {run && <StatusLine run={run} />}
    </div>
  );
}

function Actions({ session }: { readonly session: Session }) {
  const run = session.run.value;
  if (run?.live) {
    const paused = run.log.state === 'paused';
    return (
      <>
        <Button
          label={paused ? 'Resume' : 'Pause'}
          icon={paused ? 'debug-continue' : 'debug-pause'}
          onPress={() => session.control(paused ? 'resume' : 'pause')}
        />
        <Button label="Stop" icon="debug-stop" secondary onPress={() => session.control('stop')} />
      </>
    );
  }
  if (run && session.canResume.value) {
    return <Button label="Resume" icon="debug-continue" onPress={() => void session.resumeLost()} />;
  }
  // An empty view has a button of its own, and one is enough.
  const empty = !run && !session.draft.value && !session.architecture.value;
  if (empty || session.view.value === 'train') return null;
  const go = (): void => {
    if (session.draft.value || run) session.view.value = 'train';
    else session.command('train');
  };
  return (
    <Button
      label={run ? 'Show run' : 'Train'}
      icon={run ? 'graph-line' : 'play'}
      secondary={!!run}
      onPress={go}
    />
  );
}

function DeviceBadge({ session }: { readonly session: Session }) {
  const device = session.run.value?.log.device;
  const probe = session.gpu.value;
  if (device) {
    const name = device.backend === 'webgpu' ? 'WebGPU' : 'WASM';
    return (
      <span class="badge" title={device.fallbackReason ?? `Runs on ${name}: ${device.description}`}>
        <Icon name={device.fallbackReason ? 'warning' : 'chip'} /> {name} · {device.description}
      </span>
    );
  }
  if (!probe || session.view.value === 'architecture') return null;
  return probe.webgpu ? (
    <span class="badge" title="The graphics adapter that training would use">
      <Icon name="chip" /> WebGPU · {probe.webgpu.description}
    </span>
  ) : (
    <span class="badge" title={probe.missing ?? ''}>
      <Icon name="info" /> WASM · no GPU
    </span>
  );
}

function StatusLine({ run }: { readonly run: CurrentRun }) {
  const { log, facts } = run;
  const step = log.lastStep;
  const preparing = run.live && log.state === 'running' && (!step || log.phase);
  const share = facts.totalSteps && step ? Math.min(1, step.step / facts.totalSteps) : null;
  const parts: string[] = [];
  if (step) {
    parts.push(`epoch ${step.epoch}/${facts.epochs}`);
    parts.push(facts.totalSteps ? `step ${step.step}/${facts.totalSteps}` : `step ${step.step}`);
  }
  if (step && run.live && log.state === 'running') {
    if (step.secondsLeft !== null) parts.push(`${formatDuration(step.secondsLeft)} left`);
    if (step.millisecondsPerStep > 0) parts.push(`${formatMilliseconds(step.millisecondsPerStep)}/step`);
  }
  return (
    <>
      <div class="status-line">
        <span class={`state-dot state-${log.state}`} aria-hidden="true" />
        <span class="status-state">{preparing ? preparingText(run) : stateNames[log.state]}</span>
        {parts.map((part) => (
          <span key={part.replace(/[\d.:/]+/g, '')} class="muted">
            · {part}
          </span>
        ))}
      </div>
      {/* Spoken when state or epoch change, not at each step. */}
      <div class="visually-hidden" role="status" aria-live="polite">
        {stateNames[log.state]}
        {step ? `, epoch ${step.epoch} of ${facts.epochs}` : ''}
      </div>
      <div
        class="progress"
        role="progressbar"
        aria-label="Training progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      >
        <div class={`progress-bar state-${log.state}`} style={{ transform: `scaleX(${share ?? 0})` }} />
      </div>
    </>
  );
}

function preparingText({ log }: CurrentRun): string {
  if (!log.phase) return log.lastStep ? 'training' : 'starting';
  const { done, total } = log.phase;
  return `preparing kernels ${total > 0 ? Math.floor((100 * done) / total) : 0} %`;
}
