/** @file What a headless training prints: a line an event for programs, or a curve for people. */
import type { Metrics, RunRecord, TrainEvent } from '../core/runs/run';
import type { Prepared } from '../trace/prepareTraining';

export interface Report {
  /** The run is open; steps follow. */
  begin(prepared: Prepared): void;
  warn(message: string): void;
  event(event: TrainEvent): void;
  /** @param path the run's folder */
  finish(path: string, record: RunRecord): void;
}

type Print = (line: string) => void;

/** One JSON object a line: steps, epochs, and last `{run, best}`. */
export class JsonReport implements Report {
  constructor(private readonly print: Print) {}

  begin(): void {}

  warn(message: string): void {
    process.stderr.write(`${message}\n`);
  }

  event(event: TrainEvent): void {
    if (event.kind === 'step') {
      const { step, epoch, loss, metrics, lr, millisecondsPerStep } = event;
      this.line({ step, epoch, loss, ...metrics, lr, millisecondsPerStep });
    } else if (event.kind === 'epoch') {
      const { epoch, train, validation } = event;
      this.line({ epoch, train, val: validation });
    } else if (event.kind === 'warning') {
      this.warn(event.message);
    } else if (event.kind === 'state' && event.error) {
      this.warn(event.hint ? `${event.error} ${event.hint}` : event.error);
    }
  }

  finish(path: string, { best }: RunRecord): void {
    const { validation, ...when } = best ?? {};
    this.line({ run: path, best: best ? { ...when, ...validation } : null });
  }

  private line(value: object): void {
    this.print(JSON.stringify(value));
  }
}

const BARS = '▁▂▃▄▅▆▇█';

/** A line an epoch, then the loss as a curve and the best scores. */
export class TextReport implements Report {
  private readonly losses: number[] = [];
  private epochs = 0;

  constructor(private readonly print: Print) {}

  begin({ job, model }: Prepared): void {
    const { loss, optimizer, batchSize, input, epochs } = job.experiment;
    this.epochs = epochs;
    this.print(
      `${model.model} on ${input.join('×')}: ${job.train.length} training and ${job.validation.length} validation samples, batches of ${batchSize}, ${loss}, ${optimizer.name} at ${optimizer.lr}`,
    );
  }

  warn(message: string): void {
    this.print(`warning: ${message}`);
  }

  event(event: TrainEvent): void {
    switch (event.kind) {
      case 'device':
        this.print(`Device: ${event.device.description}`);
        break;
      case 'step':
        this.losses.push(event.loss);
        break;
      case 'epoch': {
        const validation = Object.keys(event.validation).length
          ? ` · validation ${numbers(event.validation)}`
          : '';
        this.print(`epoch ${event.epoch}/${this.epochs} · training ${numbers(event.train)}${validation}`);
        break;
      }
      case 'warning':
        this.warn(event.message);
        break;
      case 'state':
        if (event.error) this.print(`${event.state}: ${event.error}${event.hint ? `\n  ${event.hint}` : ''}`);
        break;
    }
  }

  finish(path: string, { best, state, step }: RunRecord): void {
    if (this.losses.length > 1) {
      const first = this.losses[0]!;
      this.print(`loss  ${curve(this.losses, 60)}  ${number(first)} → ${number(this.losses.at(-1)!)}`);
    }
    if (best) this.print(`best  epoch ${best.epoch}: ${numbers(best.validation)}`);
    this.print(`${state} after ${step} steps · ${path}`);
  }
}

/** The values as at most `width` bars, each the mean of its share. */
function curve(values: readonly number[], width: number): string {
  const count = Math.min(width, values.length);
  const means = Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const part = values.slice(from, Math.max(from + 1, Math.floor(((i + 1) * values.length) / count)));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return means
    .map((value) => BARS[high > low ? Math.round(((value - low) / (high - low)) * (BARS.length - 1)) : 0])
    .join('');
}

function numbers(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join(', ');
}

function number(value: number): string {
  return value.toPrecision(4);
}
