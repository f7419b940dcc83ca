/** @file One thing after another: ONNX Runtime Web runs one session at a time. */

export class RunQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `task` when all that was added before has settled, whether well or badly. */
  add<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }
}
