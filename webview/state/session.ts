/** @file All that the page knows and can do, as signals and actions; views only read the ones and call the others. */
import { signal } from '@preact/signals';
import type { Experiment, Task } from '../../src/core/runs/experiment';
import type { TrainingJob } from '../../src/core/runs/job';
import type { DeviceInfo, RunRecord, TrainEvent } from '../../src/core/runs/run';
import type {
  ArchitectureView,
  PanelCommand,
  PanelJob,
  PanelSnapshot,
  Result,
  TrainingDraft,
} from '../../src/protocol/messages';
import { EngineBridge, type EngineUris } from '../worker/engineBridge';
import { connectHost, type Panel } from './connectHost';
import { EventSender } from './eventSender';
import { perFrame } from './perFrame';
import { PreviewSession } from './previewSession';
import { RunLog } from './runLog';
import { sendEvents } from './sendEvents';

export type View = PanelSnapshot['view'];

/** What stays the same during a run. */
export interface RunFacts {
  readonly id: string;
  readonly modelName: string;
  readonly datasetName: string;
  readonly task: Task;
  readonly classes: readonly string[];
  readonly epochs: number;
  readonly totalSteps: number | null;
}

export interface CurrentRun {
  readonly facts: RunFacts;
  readonly log: RunLog;
  /** True while this page's worker has the run: then pause and stop work. */
  readonly live: boolean;
}

interface ActiveRun {
  readonly facts: RunFacts;
  readonly log: RunLog;
  readonly sender: EventSender;
}

export interface Notice {
  readonly message: string;
  readonly hint: string | null;
}

export interface GpuProbe {
  readonly webgpu: DeviceInfo | null;
  readonly missing: string | null;
}

export class Session {
  readonly connected = signal(false);
  readonly view = signal<View>('architecture');
  readonly architecture = signal<ArchitectureView | null>(null);
  readonly draft = signal<TrainingDraft | null>(null);
  /** Replaced once a frame at most while its log grows, so that whoever reads it draws the log of now. */
  readonly run = signal<CurrentRun | null>(null);
  readonly canResume = signal(false);
  /** True between a click on Train or Resume and the host's answer. */
  readonly starting = signal(false);
  readonly notice = signal<Notice | null>(null);
  readonly gpu = signal<GpuProbe | null>(null);
  readonly cursor = signal<{ readonly file: string; readonly line: number } | null>(null);
  readonly preview: PreviewSession;

  /** Of this page: a reloaded one is another. */
  private readonly bootId = crypto.randomUUID();
  private readonly connection;
  private readonly engine: EngineBridge;
  /** What this page's worker trains: it goes on, and is reported, whichever run is shown. */
  private active: ActiveRun | null = null;
  private readonly redraw = perFrame(() => {
    this.run.value = this.run.value && { ...this.run.value };
  });

  constructor(uris: EngineUris) {
    const panel: Panel = {
      show: async (snapshot) => this.show(snapshot),
      architecture: async (view) => {
        this.architecture.value = view;
      },
      control: async (action) => this.control(action),
      preview: async (request) => {
        this.view.value = 'preview';
        await this.preview.open(request);
      },
      heartbeat: async () => this.engine.control('heartbeat'),
      cursor: async (file, line) => {
        this.cursor.value = { file, line };
      },
    };
    this.connection = connectHost(panel);
    this.engine = new EngineBridge(uris, {
      onBooted: (webgpu, missing) => {
        this.gpu.value = { webgpu, missing };
        void this.host.deviceFound(webgpu, missing);
      },
      onEvent: (runId, event) => this.receive(runId, event),
      onBroken: (message) => this.broken(message),
    });
    this.preview = new PreviewSession(this.host, this.engine);
  }

  get host() {
    return this.connection.host;
  }

  /** Asks the host what to show; a page may be new, moved or reloaded. */
  async hello(): Promise<void> {
    const snapshot = await this.host.hello({
      bootId: this.bootId,
      runId: this.connection.kept()?.runId ?? null,
    });
    this.show(snapshot);
    this.connected.value = true;
  }

  async start(experiment: Experiment): Promise<void> {
    const draft = this.draft.value;
    await this.begin(this.host.start(experiment), (job) => ({
      id: job.runId,
      modelName: draft?.modelClass ?? job.experiment.model,
      datasetName: draft?.datasetName ?? lastName(job.experiment.dataset.path),
      task: job.experiment.task,
      classes: job.dataset.classes,
      epochs: job.experiment.epochs,
      totalSteps: stepsOf(job),
    }));
  }

  /** Continues a run that lost its worker, from its last checkpoint. */
  async resumeLost(): Promise<void> {
    const run = this.run.value;
    if (!run) return;
    await this.begin(this.host.resumeRun(run.facts.id), () => run.facts, run.log);
  }

  control(action: 'pause' | 'resume' | 'stop'): void {
    if (action === 'resume' && !this.active) void this.resumeLost();
    else this.engine.control(action);
  }

  /** Back to the form; the run stays in its folder. */
  trainAgain(): void {
    if (this.draft.value) this.run.value = null;
    else this.command('train');
  }

  command(name: PanelCommand): void {
    void this.host.command(name);
  }

  async saveExperiment(experiment: Experiment): Promise<Notice | null> {
    const result = await this.host.saveExperiment(experiment);
    return 'error' in result ? noticeOf(result) : null;
  }

  reveal(file: string, line: number, column: number): void {
    void this.host.reveal(file, line, column);
  }

  private show(snapshot: PanelSnapshot): void {
    this.view.value = snapshot.view;
    this.architecture.value = snapshot.architecture;
    this.draft.value = snapshot.draft;
    this.canResume.value = snapshot.canResume;
    this.run.value = this.runOf(snapshot);
    if (snapshot.draft || snapshot.canResume) this.engine.boot();
  }

  private runOf({ run: record, history }: PanelSnapshot): CurrentRun | null {
    const { active } = this;
    // A run that lives here knows itself better than the record on disk does.
    if (active && (!record || record.id === active.facts.id))
      return { facts: active.facts, log: active.log, live: true };
    if (!record) return null;
    const current = this.run.value;
    // The pictures of a run that has just ended are only here.
    if (current?.facts.id === record.id && (current.log.lastStep?.step ?? 0) >= record.step) {
      current.log.state = record.state;
      return { ...current, live: false };
    }
    return { facts: factsOfRecord(record), log: RunLog.restore(record, history), live: false };
  }

  private async begin(
    answer: Promise<Result<PanelJob<TrainingJob>>>,
    factsOf: (job: TrainingJob) => RunFacts,
    log = new RunLog(),
  ): Promise<void> {
    this.starting.value = true;
    this.notice.value = null;
    try {
      const result = await answer;
      if ('error' in result) {
        this.notice.value = noticeOf(result);
        return;
      }
      const { job, datasetUri } = result.ok;
      log.apply({ kind: 'state', state: 'running', error: null, hint: null });
      const sender = new EventSender((first, events) =>
        sendEvents(this.connection.eventHost, this.bootId, job.runId, first, events),
      );
      const active = { facts: factsOf(job), log, sender };
      this.active = active;
      this.canResume.value = false;
      this.run.value = { facts: active.facts, log, live: true };
      this.view.value = 'train';
      this.connection.keep({ runId: job.runId, step: log.lastStep?.step ?? 0 });
      await this.engine.train(job, datasetUri);
    } catch (error) {
      this.broken(error instanceof Error ? error.message : String(error));
    } finally {
      this.starting.value = false;
    }
  }

  private receive(runId: string, event: TrainEvent): void {
    const { active } = this;
    if (active?.facts.id !== runId) return;
    active.log.apply(event);
    active.sender.add(event);
    if (event.kind === 'checkpoint') this.connection.keep({ runId, step: event.step });
    const shown = this.run.value?.facts.id === runId;
    if (event.kind === 'state' && isOver(event.state)) {
      this.active = null;
      if (shown) this.run.value = { facts: active.facts, log: active.log, live: false };
    } else if (shown) this.redraw();
  }

  private broken(message: string): void {
    const { active } = this;
    if (active) this.receive(active.facts.id, { kind: 'state', state: 'failed', error: message, hint: null });
    else this.notice.value = { message, hint: null };
    void this.host.log('error', message);
  }
}

function factsOfRecord(record: RunRecord): RunFacts {
  return {
    id: record.id,
    modelName: record.model.class,
    datasetName: lastName(record.experiment.dataset.path),
    task: record.experiment.task,
    classes: record.classes,
    epochs: record.experiment.epochs,
    totalSteps: record.totalSteps,
  };
}

function isOver(state: string): boolean {
  return state !== 'running' && state !== 'paused';
}

function noticeOf(failed: { readonly error: string; readonly hint?: string }): Notice {
  return { message: failed.error, hint: failed.hint ?? null };
}

function stepsOf(job: TrainingJob): number {
  const all = Math.ceil(job.train.length / job.experiment.batchSize) * job.experiment.epochs;
  return Math.min(job.maxSteps ?? all, all);
}

function lastName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}
