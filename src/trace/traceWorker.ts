/** @file The worker thread's entry: boots one sandbox and answers requests until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads';
import { Sandbox } from './sandbox';
import { Libraries, traceWithLibraries } from './traceWithLibraries';
import { warmUpRequest } from './warmUp';
import type { FromWorker, ToWorker } from './workerMessages';

/** A request that waited for this worker arrives within so long of its being ready. */
const REQUEST_EXPECTED_MS = 60;

const port = parentPort;
if (!port) throw new Error('traceWorker runs in a worker thread only');
const post = (message: FromWorker): void => port.postMessage(message);

try {
  const sandbox = await Sandbox.boot((workerData as { folder: string }).folder);
  let isWarm = false;
  const libraries = new Libraries(sandbox);
  port.on('message', ({ id, request, environment, preload }: ToWorker) => {
    isWarm = true;
    const importing = (names: readonly string[] | null): void =>
      post(names ? { kind: 'importing', id, names } : { kind: 'started', id });
    try {
      if (!libraries.use(environment)) return post({ kind: 'stale', id });
      if (preload.length > 0) {
        importing(preload);
        libraries.load(preload);
      }
      importing(null);
      post({ kind: 'answer', id, answer: traceWithLibraries(sandbox, libraries, request, importing) });
    } catch {
      // The error belongs to the realm: it is not looked at, since its properties may be user code.
      post({ kind: 'broken', id });
    }
  });
  post({ kind: 'ready', interrupt: sandbox.interruptBuffer });
  // Whoever waited for Python comes first: the file itself warms it up as well.
  setTimeout(() => {
    if (!isWarm) sandbox.trace(JSON.stringify(warmUpRequest));
  }, REQUEST_EXPECTED_MS);
} catch (error) {
  post({ kind: 'failed', message: String(error) });
}
