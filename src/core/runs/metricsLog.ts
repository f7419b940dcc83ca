/** @file `metrics.jsonl`: one event a line, appended as training goes, readable after a crash at any byte. */
import type { TrainEvent } from './run';

type LoggedEvent = Extract<TrainEvent, { kind: 'step' | 'epoch' | 'warning' }>;

/** A line with its newline; null for events that are not kept there. @param time ISO 8601 */
export function metricsLine(event: TrainEvent, time: string): string | null {
  if (!isLogged(event)) return null;
  return `${JSON.stringify({ ...event, time }, writeNumber)}\n`;
}

/** Lines that are torn or no events are passed over: a crash can leave one, at the end. */
export function parseMetrics(text: string): TrainEvent[] {
  return text.split('\n').flatMap((line) => {
    const event = parseLine(line);
    return event ? [event] : [];
  });
}

/** The text without what came after `step`, for a run that goes on from a checkpoint of that step. */
export function metricsUpTo(text: string, step: number): string {
  const kept = text.split('\n').filter((line) => {
    const event = parseLine(line);
    return event !== null && !('step' in event && event.step > step);
  });
  return kept.map((line) => `${line}\n`).join('');
}

function isLogged(event: TrainEvent): event is LoggedEvent {
  return event.kind === 'step' || event.kind === 'epoch' || event.kind === 'warning';
}

function parseLine(line: string): TrainEvent | null {
  if (line.trim() === '') return null;
  try {
    const { time, ...event } = JSON.parse(line, readNumber) as TrainEvent & { readonly time?: string };
    return isLogged(event) && time !== undefined ? event : null;
  } catch {
    return null;
  }
}

/** JSON has no NaN, and a loss may be one. */
function writeNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function readNumber(key: string, value: unknown): unknown {
  return key !== 'message' && (value === 'NaN' || value === 'Infinity' || value === '-Infinity')
    ? Number(value)
    : value;
}
