/** @file One chart of growing curves: legend with the latest values, tooltip under the pointer, the theme's colours. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { formatMetric } from '../parts/formatNumber';
import { watchTheme } from '../parts/themeColor';
import { chartOptions } from './chartOptions';
import { ChartTooltip } from './chartTooltip';
import type { Curve } from './decimate';
import { decimate } from './decimate';

export interface ChartSeries extends Curve {
  readonly label: string;
  /** Name of a theme token: `charts-blue`. */
  readonly color: string;
  /** `faint` is raw data behind its trend; it has no entry of its own in the legend. */
  readonly style: 'faint' | 'line' | 'dotted';
}

interface CurveChartProps {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  /** Fixed ends of the vertical axis, for metrics between 0 and 1. */
  readonly range?: readonly [number, number];
}

const height = 190;
const pointsPerPixel = 1;

/** The number and styles of the series must not change during the chart's life: key it by them. */
export function CurveChart({ title, series, range }: CurveChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(series);
  latest.current = series;

  useEffect(() => {
    const target = place.current!;
    const tooltip = new ChartTooltip(target, () => latest.current);
    const chart = new uPlot(
      chartOptions({
        series: latest.current,
        range,
        width: Math.max(120, target.clientWidth),
        height,
        tooltip,
      }),
      aligned(latest.current, target.clientWidth),
      target,
    );
    plot.current = chart;
    const sizes = new ResizeObserver(() =>
      chart.setSize({ width: Math.max(120, target.clientWidth), height }),
    );
    sizes.observe(target);
    const unwatch = watchTheme(() => chart.redraw(false));
    return () => {
      sizes.disconnect();
      unwatch();
      chart.destroy();
      plot.current = null;
    };
  }, [range]);

  useEffect(() => {
    plot.current?.setData(aligned(series, place.current!.clientWidth));
  }, [series]);

  const named = series.filter((entry) => entry.style !== 'faint');
  const spoken = named.map((entry) => `${entry.label} ${lastText(entry)}`).join(', ');
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {named.map((entry) => (
          <span class="legend-entry" key={entry.label}>
            <span
              class={`swatch swatch-${entry.style}`}
              style={{ borderColor: `rgb(from var(--vscode-${entry.color}) r g b / 1)` }}
            />
            {entry.label} <b>{lastText(entry)}</b>
          </span>
        ))}
      </figcaption>
      <div class="chart-plot" ref={place} role="img" aria-label={`${title} by step: ${spoken}`} />
    </figure>
  );
}

function lastText({ y }: Curve): string {
  const last = y[y.length - 1];
  return last === undefined ? '–' : formatMetric(last);
}

/** All curves over one x axis, as uPlot wants them. */
function aligned(series: readonly ChartSeries[], width: number): uPlot.AlignedData {
  const most = Math.max(200, width * pointsPerPixel * 2);
  return uPlot.join(
    series.map((entry) => {
      const { x, y } = decimate(entry, most);
      return [x, y] as uPlot.AlignedData;
    }),
  );
}
