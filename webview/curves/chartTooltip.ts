/** @file The values under the pointer, in a small box beside it. */
import type uPlot from 'uplot';
import { formatMetric } from '../parts/formatNumber';
import { themeColor } from '../parts/themeColor';
import type { ChartSeries } from './curveChart';

export class ChartTooltip {
  private readonly box = document.createElement('div');

  constructor(
    place: HTMLElement,
    private readonly series: () => readonly ChartSeries[],
  ) {
    this.box.className = 'chart-tooltip';
    this.box.hidden = true;
    place.append(this.box);
  }

  /** Called whenever the pointer moves over the plot, or leaves it. */
  move(plot: uPlot): void {
    const { left = -1, idx, idxs } = plot.cursor;
    this.box.hidden = left < 0 || idx == null;
    if (idx == null || left < 0) return;
    const rows = this.series().map((entry, index) => {
      const value = plot.data[index + 1]?.[idxs?.[index + 1] ?? idx];
      return value == null ? [] : [this.row(entry, value)];
    });
    const title = document.createElement('div');
    title.textContent = `step ${plot.data[0][idx]}`;
    this.box.replaceChildren(title, ...rows.flat());
    // Right of the pointer, or left of it where the plot ends.
    const plotLeft = plot.over.offsetLeft;
    const fits = left + this.box.offsetWidth + 16 < plot.over.clientWidth;
    this.box.style.left = `${plotLeft + (fits ? left + 12 : left - this.box.offsetWidth - 12)}px`;
  }

  private row(entry: ChartSeries, value: number): HTMLElement {
    const row = document.createElement('div');
    const swatch = document.createElement('span');
    swatch.className = `swatch swatch-${entry.style}`;
    swatch.style.borderColor = themeColor(entry.color);
    row.append(swatch, ` ${entry.label} ${formatMetric(value)}`);
    return row;
  }
}
