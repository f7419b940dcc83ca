/**
 * @file The page's side of the engine worker: makes it from a blob, boots it, reads files for it.
 *
 * A webview may not make a worker from a resource URI, and inside a blob worker `fetch` of resources hangs; so the
 * bundle and ONNX Runtime's WebAssembly are fetched here and handed over.
 */
import type { PredictionJob, TrainingJob } from '../../src/core/runs/job';
import type { DeviceInfo, TrainEvent } from '../../src/core/runs/run';
import type { FromWorker, Prediction, ToWorker } from '../../src/engine/messages';

export interface EngineUris {
  readonly worker: string;
  readonly ortWasm: string;
}

export interface EngineListener {
  onBooted(webgpu: DeviceInfo | null, missing: string | null): void;
  onEvent(runId: string, event: TrainEvent): void;
  /** The worker itself broke; nothing more will come from it. */
  onBroken(message: string): void;
}

type Answer = Extract<FromWorker, { kind: 'prediction' }>;
type ReadFile = Extract<FromWorker, { kind: 'readFile' }>;

const mostReads = 8;

export class EngineBridge {
  private worker: Promise<Worker> | null = null;
  private datasetUri = '';
  private readonly predictions = new Map<number, (answer: Answer) => void>();
  private predictionCount = 0;
  private readonly reads: ReadFile[] = [];
  private activeReads = 0;

  constructor(
    private readonly uris: EngineUris,
    private readonly listener: EngineListener,
  ) {}

  /** Starts the worker ahead of need, so that the first step does not wait for it. */
  boot(): void {
    this.started().catch(() => {
      // Said by `onBroken` when a run or a preview really needs it.
      this.worker = null;
    });
  }

  async train(job: TrainingJob, datasetUri: string): Promise<void> {
    this.datasetUri = datasetUri;
    await this.post({ kind: 'train', job });
  }

  async predict(job: PredictionJob, image: Uint8Array<ArrayBuffer>, name: string): Promise<Prediction> {
    const request = ++this.predictionCount;
    const answered = new Promise<Answer>((resolve) => this.predictions.set(request, resolve));
    await this.post({ kind: 'predict', request, job, image, name });
    const { prediction, error } = await answered;
    if (!prediction) throw new Error(error ?? 'The prediction failed without saying why.');
    return prediction;
  }

  /** Pause, resume, stop and heartbeat: of no interest to a worker that was never started. */
  control(kind: 'pause' | 'resume' | 'stop' | 'heartbeat'): void {
    void this.worker?.then((worker) => worker.postMessage({ kind } satisfies ToWorker));
  }

  private async post(message: ToWorker): Promise<void> {
    const worker = await this.started();
    worker.postMessage(message);
  }

  private started(): Promise<Worker> {
    this.worker ??= this.create();
    return this.worker;
  }

  private async create(): Promise<Worker> {
    const [bundle, ortWasm] = await Promise.all([fetchOk(this.uris.worker), fetchOk(this.uris.ortWasm)]);
    const script = new Blob([await bundle.arrayBuffer()], { type: 'text/javascript' });
    const url = URL.createObjectURL(script);
    const worker = new Worker(url);
    worker.addEventListener('message', (event: MessageEvent<FromWorker>) => this.receive(worker, event.data));
    worker.addEventListener('error', (event) => {
      const message = event.message || 'The engine could not be started.';
      for (const [request, answer] of this.predictions)
        answer({ kind: 'prediction', request, prediction: null, error: message });
      this.predictions.clear();
      // The next run or preview gets a fresh one.
      worker.terminate();
      this.worker = null;
      this.listener.onBroken(message);
    });
    const bytes = await ortWasm.arrayBuffer();
    worker.postMessage({ kind: 'boot', ortWasm: bytes } satisfies ToWorker, [bytes]);
    return worker;
  }

  private receive(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case 'booted':
        this.listener.onBooted(message.webgpu, message.webgpuMissing);
        return;
      case 'event':
        this.listener.onEvent(message.runId, message.event);
        return;
      case 'prediction':
        this.predictions.get(message.request)?.(message);
        this.predictions.delete(message.request);
        return;
      case 'readFile':
        this.reads.push(message);
        this.readNext(worker);
        return;
    }
  }

  private readNext(worker: Worker): void {
    while (this.activeReads < mostReads) {
      const next = this.reads.shift();
      if (!next) return;
      this.activeReads++;
      void this.read(worker, next).finally(() => {
        this.activeReads--;
        this.readNext(worker);
      });
    }
  }

  private async read(worker: Worker, { request, path }: ReadFile): Promise<void> {
    try {
      const response = await fetchOk(fileUri(this.datasetUri, path));
      const bytes = new Uint8Array(await response.arrayBuffer());
      worker.postMessage({ kind: 'file', request, bytes, error: null } satisfies ToWorker, [bytes.buffer]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${path} could not be read: ${reason}`;
      worker.postMessage({ kind: 'file', request, bytes: null, error: message } satisfies ToWorker);
    }
  }
}

/** File names may hold `#`, `?` and `%`, which mean something else in a URI. */
export function fileUri(root: string, path: string): string {
  return `${root}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

async function fetchOk(uri: string): Promise<Response> {
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  return response;
}
