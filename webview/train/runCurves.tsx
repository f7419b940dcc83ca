/** @file The two charts of a run: loss, and the metric that the task is judged by. */
import { useMemo } from 'preact/hooks';
import type { EpochEvent } from '../../src/core/runs/run';
import { type ChartSeries, CurveChart } from '../curves/curveChart';
import type { Curve } from '../curves/decimate';
import { smooth, smoothingSpan } from '../curves/smooth';
import type { RunLog } from '../state/runLog';
import type { CurrentRun } from '../state/session';

const metricRange = [0, 1] as const;
const metricTitles: Readonly<Record<string, string>> = { dice: 'Dice', iou: 'IoU', accuracy: 'Accuracy' };

export function RunCurves({ run }: { readonly run: CurrentRun }) {
  const loss = useMemo(() => lossSeries(run.log), [run]);
  const metric = useMemo(() => metricSeries(run.log), [run]);
  return (
    <div class="charts">
      <CurveChart key={seriesKey(loss)} title="Loss" series={loss} />
      {metric && (
        <CurveChart
          key={seriesKey(metric.series)}
          title={metricTitles[metric.name] ?? metric.name}
          series={metric.series}
          range={metricRange}
        />
      )}
    </div>
  );
}

function lossSeries(log: RunLog): ChartSeries[] {
  const x = log.stepNumbers.values();
  const raw = log.stepLosses.values();
  const trend = smooth(raw, smoothingSpan(raw.length));
  const validation = epochCurve(log.epochs, (epoch) => epoch.validation.loss);
  return [
    { label: 'each step', color: 'charts-blue', style: 'faint', x, y: raw },
    { label: 'train', color: 'charts-blue', style: 'line', x, y: trend },
    ...(validation.x.length > 0
      ? [{ label: 'validation', color: 'charts-orange', style: 'dotted' as const, ...validation }]
      : []),
  ];
}

function metricSeries(log: RunLog): { readonly name: string; readonly series: ChartSeries[] } | null {
  const name = log.metricName;
  if (name === null) return null;
  const train = epochCurve(log.epochs, (epoch) => epoch.train[name]);
  const validation = epochCurve(log.epochs, (epoch) => epoch.validation[name]);
  const series: ChartSeries[] = [];
  if (train.x.length > 0) series.push({ label: 'train', color: 'charts-blue', style: 'dotted', ...train });
  if (validation.x.length > 0)
    series.push({ label: 'validation', color: 'charts-orange', style: 'dotted', ...validation });
  return { name, series };
}

function epochCurve(
  epochs: readonly EpochEvent[],
  metricOf: (epoch: EpochEvent) => number | undefined,
): Curve {
  const points = epochs.flatMap((epoch) => {
    const value = metricOf(epoch);
    return value === undefined ? [] : [[epoch.step, value] as const];
  });
  return { x: points.map(([step]) => step), y: points.map(([, value]) => value) };
}

function seriesKey(series: readonly ChartSeries[]): string {
  return series.map((entry) => entry.label).join();
}
