/** @file The worker thread's entry: boots one sandbox and answers requests until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads';
import { Sandbox } from './sandbox';
import { warmUpRequest } from './warmUp';
import type { FromWorker, ToWorker } from './workerMessages';

const port = parentPort;
if (!port) throw new Error('traceWorker runs in a worker thread only');
const post = (message: FromWorker): void => port.postMessage(message);

try {
  const sandbox = await Sandbox.boot((workerData as { folder: string }).folder);
  sandbox.trace(JSON.stringify(warmUpRequest));
  port.on('message', ({ id, request }: ToWorker) => {
    post({ kind: 'started', id });
    try {
      post({ kind: 'answer', id, answer: sandbox.trace(request) });
    } catch {
      // The error belongs to the realm: it is not looked at, since its properties may be user code.
      post({ kind: 'broken', id });
    }
  });
  post({ kind: 'ready', interrupt: sandbox.interruptBuffer });
} catch (error) {
  post({ kind: 'failed', message: String(error) });
}
