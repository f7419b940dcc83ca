/** @file How runs read in the status bar, the Runs view and notifications. */
import type { BestEpoch, RunRecord, RunState, StepEvent } from '../../core/runs/run';

export const stateIcons: Readonly<Record<RunState, string>> = {
  running: 'sync~spin',
  paused: 'debug-pause',
  stopped: 'debug-stop',
  completed: 'pass',
  failed: 'error',
  interrupted: 'debug-disconnect',
};

/** Scores by what a task is judged by first. */
const scores = [
  ['dice', 'Dice'],
  ['accuracy', 'accuracy'],
  ['iou', 'IoU'],
  ['loss', 'loss'],
] as const;

/** `Dice 0.912`, or null before the first epoch. */
export function bestScore(best: BestEpoch | null): string | null {
  if (!best) return null;
  const found = scores.find(([name]) => best.validation[name] !== undefined);
  return found ? `${found[1]} ${best.validation[found[0]]?.toFixed(3)}` : null;
}

/** `0:42`, `1:12`, `1:03:20`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** `UNET 4/10 · 37 % · 1:12 left`. */
export function progressText(record: RunRecord, last: StepEvent | null): string {
  const { model, experiment, totalSteps } = record;
  const step = last?.step ?? record.step;
  const percent = totalSteps > 0 ? `${Math.floor((100 * step) / totalSteps)} %` : null;
  const left = last?.secondsLeft != null ? `${formatDuration(last.secondsLeft)} left` : null;
  const epoch = `${Math.max(1, last?.epoch ?? record.epoch)}/${experiment.epochs}`;
  return [`${model.class} ${epoch}`, percent, left].filter((part) => part !== null).join(' · ');
}
