/** @file `run.json`: how a record begins, what each event changes, and reading one back. */
import type { RunRecord, TrainEvent } from './run';

export type NewRun = Pick<
  RunRecord,
  'id' | 'name' | 'experiment' | 'model' | 'classes' | 'trainSamples' | 'validationSamples' | 'totalSteps'
>;

/** @param now ISO 8601 */
export function createRunRecord(run: NewRun, now: string): RunRecord {
  return {
    schema: 1,
    ...run,
    created: now,
    updated: now,
    state: 'running',
    device: null,
    step: 0,
    epoch: 0,
    best: null,
    error: null,
  };
}

/** The record after `event`; the same object where it changes nothing. */
export function advanceRunRecord(record: RunRecord, event: TrainEvent, now: string): RunRecord {
  switch (event.kind) {
    case 'device':
      return { ...record, updated: now, device: event.device };
    case 'step':
    case 'epoch':
      return { ...record, updated: now, step: event.step, epoch: event.epoch };
    case 'checkpoint':
      // Its epoch is the one to go on with, which after the last one does not exist.
      return { ...record, updated: now, step: event.step, best: event.best ?? record.best };
    case 'state':
      return { ...record, updated: now, state: event.state, error: event.error };
    default:
      return record;
  }
}

/** A run that says it is running though nobody runs it was cut off. */
export function interrupted(record: RunRecord): RunRecord {
  return record.state === 'running' || record.state === 'paused'
    ? { ...record, state: 'interrupted' }
    : record;
}

export function parseRunRecord(text: string): { readonly ok: RunRecord } | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return { error: `run.json is not valid JSON (${(cause as Error).message})` };
  }
  if (typeof value !== 'object' || value === null) return { error: 'run.json holds no object' };
  const record = value as Partial<RunRecord>;
  if (record.schema !== 1) {
    return { error: `run.json has schema ${JSON.stringify(record.schema)}; this version reads schema 1` };
  }
  const missing = REQUIRED.filter((key) => record[key] === undefined);
  if (missing.length > 0) return { error: `run.json lacks ${missing.join(', ')}` };
  return { ok: value as RunRecord };
}

const REQUIRED = [
  'id',
  'name',
  'created',
  'updated',
  'state',
  'experiment',
  'model',
  'classes',
  'step',
  'epoch',
  'totalSteps',
] as const satisfies readonly (keyof RunRecord)[];

/** `2024-05-17_09-30-05-unet-cells`, from local time and a name made safe for every file system. */
export function runId(date: Date, name: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}-${two(date.getMinutes())}-${two(date.getSeconds())}`;
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
  return safe ? `${day}_${time}-${safe}` : `${day}_${time}`;
}
