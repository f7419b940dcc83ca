/** @file One image through one trained model: the request, what came of it, and switching to another run. */
import { signal } from '@preact/signals';
import type { PredictionJob } from '../../src/core/runs/job';
import type { Prediction } from '../../src/engine/messages';
import type { PreviewRequest } from '../../src/protocol/messages';
import type { EngineBridge } from '../worker/engineBridge';
import type { Host } from './connectHost';

type Request = PreviewRequest<PredictionJob>;

export interface Shown {
  readonly request: Request;
  readonly prediction: Prediction;
}

export class PreviewSession {
  /** What was asked for last; null until a preview was asked for at all. */
  readonly request = signal<Request | null>(null);
  /** The last picture that is true; it stays, dimmed, while the next is computed. */
  readonly shown = signal<Shown | null>(null);
  readonly busy = signal(false);
  readonly error = signal<{ readonly message: string; readonly hint: string | null } | null>(null);
  private latest = 0;

  constructor(
    private readonly host: Host,
    private readonly engine: EngineBridge,
  ) {}

  async open(request: Request): Promise<void> {
    const turn = ++this.latest;
    this.request.value = request;
    this.error.value = null;
    this.busy.value = true;
    try {
      const image = request.imageBytes ?? (await fetchImage(request));
      const prediction = await this.engine.predict(request.job, image, request.imageName);
      // A slower answer to an older question must not replace a newer one.
      if (turn === this.latest) this.shown.value = { request, prediction };
    } catch (error) {
      if (turn === this.latest)
        this.error.value = { message: error instanceof Error ? error.message : String(error), hint: null };
    } finally {
      if (turn === this.latest) this.busy.value = false;
    }
  }

  async openWith(runId: string): Promise<void> {
    const turn = ++this.latest;
    this.busy.value = true;
    this.error.value = null;
    const result = await this.host.previewWith(runId);
    if (turn !== this.latest) return;
    if ('ok' in result) return this.open(result.ok);
    this.busy.value = false;
    this.error.value = { message: result.error, hint: result.hint ?? null };
  }
}

async function fetchImage({ imageUri, imageName }: Request): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(imageUri);
  if (!response.ok) throw new Error(`${imageName} could not be read (${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}
