/** @file How a chart of curves is set up in uPlot: quiet grid, colours asked for at each draw. */
import type uPlot from 'uplot';
import { formatCount, formatMetric } from '../parts/formatNumber';
import { themeColor } from '../parts/themeColor';
import type { ChartTooltip } from './chartTooltip';
import type { ChartSeries } from './curveChart';

interface ChartRequest {
  readonly series: readonly ChartSeries[];
  readonly range: readonly [number, number] | undefined;
  readonly width: number;
  readonly height: number;
  readonly tooltip: ChartTooltip;
}

export function chartOptions({ series, range, width, height, tooltip }: ChartRequest): uPlot.Options {
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis: uPlot.Axis = {
    font,
    stroke: () => themeColor('descriptionForeground'),
    grid: { stroke: () => withAlpha(themeColor('foreground'), 0.12), width: 0.5 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
      dataIdx: (plot, seriesIndex, hovered) => nearestValue(plot.data[seriesIndex], hovered),
    },
    scales: { x: { time: false }, ...(range ? { y: { range: [range[0], range[1]] } } : {}) },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 2,
        values: (_, ticks) => ticks.map((tick) => (tick % 1 ? '' : formatCount(tick))),
      },
      { ...axis, size: 46, gap: 4, values: (_, ticks) => ticks.map((tick) => trimmed(formatMetric(tick))) },
    ],
    series: [{}, ...series.map(seriesOptions)],
    hooks: { setCursor: [(plot) => tooltip.move(plot)] },
  };
}

function seriesOptions({ color, style }: ChartSeries): uPlot.Series {
  return {
    stroke: () => themeColor(color),
    alpha: style === 'faint' ? 0.28 : 1,
    width: style === 'faint' ? 1 : 1.75,
    spanGaps: true,
    points: {
      show: style === 'dotted',
      size: 5,
      stroke: () => themeColor(color),
      fill: () => themeColor(color),
    },
  };
}

/** A quiet grid in every theme: borders of high-contrast themes would drown the curves. */
function withAlpha(color: string, alpha: number): string {
  return `color-mix(in srgb, ${color} ${alpha * 100}%, transparent)`;
}

/** The curves have points at steps of their own: the tooltip takes each curve's nearest. */
function nearestValue(values: uPlot.AlignedData[number] | undefined, at: number): number {
  if (!values) return at;
  for (let distance = 0; distance < values.length; distance++) {
    if (values[at - distance] != null) return at - distance;
    if (values[at + distance] != null) return at + distance;
  }
  return at;
}

function trimmed(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}
