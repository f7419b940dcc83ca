/** @file What the panel shows. The page may vanish and come back at any time: all that it draws is kept here. */
import type * as vscode from 'vscode';
import type { PredictionJob } from '../../core/runs/job';
import type { RunRecord, TrainEvent } from '../../core/runs/run';
import type { ArchitectureView, PanelSnapshot, PreviewRequest, TrainingDraft } from '../../protocol/messages';
import type { Page, Panel } from './panel';

export interface ShownArchitecture {
  readonly view: ArchitectureView;
  /** Folder that the paths in `view` start at. */
  readonly root: vscode.Uri;
}

export interface ShownDraft {
  readonly draft: TrainingDraft;
  /** Absolute folder that the experiment's paths start at. */
  readonly base: string;
}

export interface ShownRun {
  readonly record: RunRecord;
  readonly history: readonly TrainEvent[];
  readonly canResume: boolean;
}

export interface ShownPreview {
  readonly request: PreviewRequest<PredictionJob>;
  readonly image: vscode.Uri;
}

export class PanelContent {
  #view: PanelSnapshot['view'] = 'architecture';
  #architecture: ShownArchitecture | null = null;
  #draft: ShownDraft | null = null;
  #run: (() => ShownRun) | null = null;
  #preview: ShownPreview | null = null;
  #whenReady: ((page: Page) => void)[] = [];

  constructor(private readonly panel: Panel) {}

  get architecture(): ShownArchitecture | null {
    return this.#architecture;
  }

  get draft(): ShownDraft | null {
    return this.#draft;
  }

  get run(): ShownRun | null {
    return this.#run?.() ?? null;
  }

  get preview(): ShownPreview | null {
    return this.#preview;
  }

  snapshot(): PanelSnapshot {
    const run = this.run;
    return {
      view: this.#view,
      architecture: this.#architecture?.view ?? null,
      draft: this.#draft?.draft ?? null,
      run: run?.record ?? null,
      history: run?.history ?? [],
      canResume: run?.canResume ?? false,
    };
  }

  showArchitecture(shown: ShownArchitecture): void {
    this.#architecture = shown;
    this.#view = 'architecture';
    this.#present();
  }

  /** The same model after an edit: drawn where the panel is open, but not brought to the front. */
  updateArchitecture(shown: ShownArchitecture): void {
    this.#architecture = shown;
    void this.panel.page?.architecture.asEvent(shown.view);
  }

  /** The form takes the place of a run that is over; beside one that goes on it waits. */
  showDraft(draft: ShownDraft, architecture: ShownArchitecture | null): void {
    this.#draft = draft;
    if (architecture) this.#architecture = architecture;
    const { state } = this.run?.record ?? {};
    if (state !== 'running' && state !== 'paused') this.#run = null;
    this.#view = 'train';
    this.#present();
  }

  /** @param run asked again for every snapshot, since a run moves on */
  setRun(run: () => ShownRun): void {
    this.#run = run;
    this.#view = 'train';
  }

  showRun(run: () => ShownRun): void {
    this.setRun(run);
    this.#present();
  }

  showPreview(preview: ShownPreview): void {
    this.#preview = preview;
    this.#view = 'preview';
    this.#present();
    this.whenReady((page) => void page.preview.asEvent(preview.request));
  }

  /** Another run for the same image; the page has asked for it and has the answer already. */
  replacePreview(preview: ShownPreview): void {
    this.#preview = preview;
  }

  /** At once where the page is there, else after its next hello. */
  whenReady(act: (page: Page) => void): void {
    const { page } = this.panel;
    if (page) act(page);
    else this.#whenReady.push(act);
  }

  /** Called when the page has its snapshot. */
  pageIsReady(): void {
    const { page } = this.panel;
    const waiting = this.#whenReady;
    this.#whenReady = [];
    if (page) for (const act of waiting) act(page);
  }

  /** A page that is still loading gets its snapshot when it says hello. */
  #present(): void {
    this.panel.reveal(true);
    void this.panel.page?.show.asEvent(this.snapshot());
  }
}
