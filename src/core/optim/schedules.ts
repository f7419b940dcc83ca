/**
 * @file Learning rates by step, as torch.optim.lr_scheduler gives them (in closed form where PyTorch goes from rate to
 * rate, which differs in the last digits of a double).
 */
import type { ScheduleName, ScheduleSettings } from '../runs/experiment';

/** Where the optimizer stands in its run. All counts are of the optimizer's steps, from 0. */
export interface ScheduleClock {
  /** Steps and epochs that are done. */
  readonly step: number;
  readonly epoch: number;
  /** Of the whole run. */
  readonly steps: number;
  readonly epochs: number;
}

/** What plateau remembers between epochs. */
export interface PlateauState {
  readonly lr: number;
  readonly best: number | null;
  readonly bad: number;
  readonly cooling: number;
}

/** A cut smaller than this is not made. */
const LEAST_CUT = 1e-8;

export function learningRate(
  schedule: ScheduleSettings,
  base: number,
  clock: ScheduleClock,
  plateau: PlateauState | null,
): number {
  const inSteps = schedule.every === 'step';
  const time = inSteps ? clock.step : clock.epoch;
  const total = inSteps ? clock.steps : clock.epochs;
  const rate =
    schedule.name === 'plateau'
      ? (plateau?.lr ?? base)
      : schedule.name === 'one_cycle'
        ? oneCycle(schedule, base, clock)
        : rates[schedule.name](schedule, base, time, total);
  return rate * warmUp(schedule, clock.step);
}

/** LinearLR's factor, from `warmupFactor` to 1. */
function warmUp({ name, warmupSteps, warmupFactor }: ScheduleSettings, step: number): number {
  if (warmupSteps === 0 || name === 'one_cycle') return 1;
  return warmupFactor + (1 - warmupFactor) * (Math.min(step, warmupSteps) / warmupSteps);
}

type Rate = (schedule: ScheduleSettings, base: number, time: number, total: number) => number;

const halfCosine = (from: number, to: number, share: number) =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

const rates: Readonly<Record<Exclude<ScheduleName, 'plateau' | 'one_cycle'>, Rate>> = {
  constant: (_, base) => base,
  step: ({ stepSize, gamma }, base, time) => base * gamma ** Math.floor(time / stepSize),
  multi_step: ({ milestones, gamma }, base, time) =>
    base * gamma ** milestones.filter((milestone) => milestone <= time).length,
  exponential: ({ gamma }, base, time) => base * gamma ** time,
  cosine: ({ tMax, etaMin }, base, time, total) => halfCosine(base, etaMin, time / (tMax ?? total)),
  cosine_restarts({ t0, tMult, etaMin }, base, time) {
    let length = t0;
    let since = time;
    while (since >= length) {
      since -= length;
      length *= tMult;
    }
    return halfCosine(base, etaMin, since / length);
  },
  polynomial({ totalIters, power }, base, time, total) {
    const length = totalIters ?? total;
    return base * (1 - Math.min(time, length) / length) ** power;
  },
};

/** OneCycleLR without its cycle of momenta: from max/div up to max, and down to max/div/finalDiv at the last step. */
function oneCycle(
  { maxLr, pctStart, divFactor, finalDivFactor, threePhase, annealStrategy }: ScheduleSettings,
  base: number,
  { step, steps }: ScheduleClock,
): number {
  const highest = maxLr ?? base;
  const first = highest / divFactor;
  const last = first / finalDivFactor;
  const rise = pctStart * steps - 1;
  const phases = threePhase
    ? [
        { end: rise, from: first, to: highest },
        { end: 2 * pctStart * steps - 2, from: highest, to: first },
        { end: steps - 1, from: first, to: last },
      ]
    : [
        { end: rise, from: first, to: highest },
        { end: steps - 1, from: highest, to: last },
      ];
  let start = 0;
  for (const [index, { end, from, to }] of phases.entries()) {
    if (step <= end || index === phases.length - 1) {
      const share = (step - start) / (end - start);
      return annealStrategy === 'cos' ? halfCosine(from, to, share) : from + (to - from) * share;
    }
    start = end;
  }
  throw new Error('a cycle has phases');
}

/** ReduceLROnPlateau (mode 'min', relative threshold) after an epoch of this loss. */
export function afterEpoch(
  { factor, patience, threshold, cooldown, minLr }: ScheduleSettings,
  base: number,
  before: PlateauState | null,
  loss: number,
): PlateauState {
  let { lr, best, bad, cooling } = before ?? { lr: base, best: null, bad: 0, cooling: 0 };
  if (best === null || loss < best * (1 - threshold)) {
    best = loss;
    bad = 0;
  } else bad++;
  if (cooling > 0) {
    cooling--;
    bad = 0;
  }
  if (bad > patience) {
    const lower = Math.max(lr * factor, minLr);
    if (lr - lower > LEAST_CUT) lr = lower;
    cooling = cooldown;
    bad = 0;
  }
  return { lr, best, bad, cooling };
}
