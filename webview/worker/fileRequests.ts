/** @file The worker's side of reading files: a blob worker cannot fetch extension resources, so the page does. */

type Bytes = Uint8Array<ArrayBuffer>;

interface Waiting {
  resolve(bytes: Bytes): void;
  reject(error: Error): void;
}

export class FileRequests {
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;

  constructor(private readonly ask: (request: number, path: string) => void) {}

  /** @param path relative to the dataset's root. @throws Error when the page could not read it. */
  readonly read = (path: string): Promise<Bytes> => {
    const request = ++this.count;
    return new Promise<Bytes>((resolve, reject) => {
      this.waiting.set(request, { resolve, reject });
      this.ask(request, path);
    });
  };

  answer(request: number, bytes: Bytes | null, error: string | null): void {
    const waiting = this.waiting.get(request);
    this.waiting.delete(request);
    if (bytes) waiting?.resolve(bytes);
    else waiting?.reject(new Error(error ?? 'The file could not be read.'));
  }
}
