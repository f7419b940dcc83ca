/** @file A trained model on one image: decode, resize, run, and bring the answer back to the image's own size. */
import { decodeImage } from '../core/image/decodeImage';
import type { Picture } from '../core/image/picture';
import { resizePlane } from '../core/image/resizePlane';
import { toTensor } from '../core/image/toTensor';
import { resizeTaps } from '../core/ops/resizeTaps';
import { buildInference } from '../core/passes/trainingStep';
import type { PredictionJob } from '../core/runs/job';
import type { Backend, Executable, StateStore, TensorData } from './backend';
import { weightsFor } from './checkpoint';
import { argmax, classMap, toRgba } from './classMap';
import type { Prediction } from './messages';
import { TrainingError } from './trainingError';

/** A preview larger than this on a side is shown reduced: no screen shows more, and messages stay small. */
const MAX_SHOWN_SIDE = 2048;

/** Compiled once, then used for any number of images. */
export class Predictor {
  private constructor(
    private readonly job: PredictionJob,
    private readonly backend: Backend,
    private readonly state: StateStore,
    private readonly executable: Executable,
  ) {}

  /** @throws TrainingError when the weights do not fit the graph. */
  static async create(job: PredictionJob, backend: Backend): Promise<Predictor> {
    const graph = buildInference(job.graph, job.experiment.task, job.experiment.loss);
    const specs = graph.inputs
      .filter(({ kind }) => kind === 'state')
      .map(({ name, value }) => ({ name, type: graph.values[value]! }));
    const state = backend.createState(specs);
    state.write(weightsFor(job.weights, specs));
    return new Predictor(job, backend, state, await backend.compile(graph, state));
  }

  /** @throws TrainingError when the image cannot be read. */
  async predict(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Prediction> {
    const decoded = decodeImage(bytes);
    if ('error' in decoded) throw new TrainingError(`${name}: ${decoded.error}`);
    const picture = decoded.ok;
    const [channels, height, width] = this.job.experiment.input;
    const start = performance.now();
    const outputs = await this.executable.run({
      data: new Map<string, TensorData>([['input0', toTensor(picture, channels, height, width)]]),
      scalars: {},
    });
    const milliseconds = performance.now() - start;
    const probabilities = outputs.get('prediction') as Float32Array<ArrayBuffer>;
    const shown = shownSize(picture);
    const image = toRgba(toTensor(picture, 3, shown.height, shown.width), 3, shown.height, shown.width);
    const base = { sample: name, ...shown, image, truth: null, trueClass: null };
    if (this.job.experiment.task === 'classification') {
      const predictedClass = argmax(probabilities);
      const score = probabilities[predictedClass]!;
      return {
        preview: { ...base, prediction: null, score, predictedClass },
        probabilities: [...probabilities],
        device: this.backend.info,
        milliseconds,
      };
    }
    const classes = probabilities.length / (height * width);
    // Probabilities are resized, not classes: edges stay smooth at the image's own size.
    const resized = resizeAll(probabilities, classes, [height, width], shown);
    const prediction = classMap(resized, classes, shown.height * shown.width);
    const covered = prediction.reduce((sum, value) => sum + Number(value > 0), 0) / prediction.length;
    return {
      preview: { ...base, prediction, score: covered, predictedClass: null },
      probabilities: null,
      device: this.backend.info,
      milliseconds,
    };
  }

  dispose(): void {
    this.executable.dispose();
    this.state.dispose();
  }
}

function shownSize({ width, height }: Picture): { width: number; height: number } {
  const scale = Math.min(1, MAX_SHOWN_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Bilinear, each of `count` planes. */
function resizeAll(
  planes: Float32Array,
  count: number,
  [height, width]: readonly [number, number],
  shown: { width: number; height: number },
): Float32Array {
  const columns = resizeTaps(width, shown.width, 'bilinear', false, true);
  const rows = resizeTaps(height, shown.height, 'bilinear', false, true);
  const size = shown.width * shown.height;
  const resized = new Float32Array(count * size);
  for (let plane = 0; plane < count; plane++) {
    const source = planes.subarray(plane * height * width, (plane + 1) * height * width);
    resizePlane(source, width, columns, rows, resized.subarray(plane * size, (plane + 1) * size));
  }
  return resized;
}
