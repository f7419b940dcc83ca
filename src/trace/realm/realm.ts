/**
 * @file What runs inside the `node:vm` realm beside Pyodide: it boots Python, and is the other end of the shim's
 * `emit`. Outside only strings go in and come out of `cnnLabTrace`; nothing here may keep an outer object.
 */
import { installPolyfills } from './polyfills';
import { watchPrimordials } from './primordials';
import { Recorder } from './recorder';

interface PyProxy {
  trace(request: string): string;
  serve_library(request: string): string;
  connect(host: unknown): void;
  destroy(): void;
}

interface Pyodide {
  runPython(code: string): unknown;
  pyimport(name: string): PyProxy;
  setInterruptBuffer(buffer: Uint8Array): void;
  makeMemorySnapshot(): Uint8Array;
  FS: { mkdirTree(path: string): void; writeFile(path: string, data: Uint8Array): void };
}

declare function loadPyodide(options: Record<string, unknown>): Promise<Pyodide>;
declare const createPyodideModule: unknown;

export interface BootOptions {
  /** Pyodide's lock file, with no packages in it. */
  readonly lockFile: string;
  readonly mode: 'snapshot' | 'make-snapshot';
}

const MEMORY_LIMIT = 512 * 1024 * 1024;

const { files, log } = installPolyfills(MEMORY_LIMIT);
const interrupt = new Uint8Array(new SharedArrayBuffer(1));
let pyodide: Pyodide;
let driver: PyProxy;

async function boot({ lockFile, mode }: BootOptions): Promise<void> {
  try {
    pyodide = await loadPyodide({
      indexURL: '/py/',
      createPyodideModule,
      lockFileContents: lockFile,
      packageBaseUrl: '/py/',
      stdLibURL: '/py/python_stdlib.zip',
      jsglobals: Object.create(null),
      enableRunUntilComplete: false,
      stdin: () => undefined,
      stdout: () => {},
      stderr: (line: string) => {
        if (log.length < 100) log.push(line);
      },
      ...(mode === 'snapshot' ? { _loadSnapshot: files['snapshot.bin'] } : { _makeSnapshot: true }),
    });
  } catch (error) {
    throw new Error(`${log.join('\n')}\n${String(error)}`);
  }
  for (const name of Object.keys(files)) delete files[name];
  Object.assign(globalThis, { fetch: undefined });
  if (mode === 'snapshot') {
    const recorder = new Recorder();
    const recorderModule = pyodide.pyimport('torch._recorder');
    const host = (operation: string, payload: string): string => recorder.call(operation, payload);
    driver = pyodide.pyimport('cnnlab.driver');
    pyodide.setInterruptBuffer(interrupt);
    // What a file puts off would run between traces, when nobody watches the time.
    const never = () => 0;
    Object.assign(globalThis, { setTimeout: never, queueMicrotask: never });
    const isWhole = watchPrimordials();
    trace = (request) => {
      recorder.reset();
      recorderModule.connect(host); // each time: a file may have put something else in its place
      interrupt[0] = 0;
      const answer = driver.trace(request);
      if (answer.startsWith('{"wanted"')) return answer;
      return recorder.complete(answer, JSON.parse(request).files, !isWhole());
    };
    serveLibrary = (request) => {
      recorder.reset();
      recorderModule.connect(host); // each time: a file may have put something else in its place
      interrupt[0] = 0;
      return driver.serve_library(request);
    };
  }
}

let trace = (_request: string): string => {
  throw new Error('not booted');
};

let serveLibrary = trace;

/** Names that user code could reach must not be replaceable by it. */
function publish(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
}

publish('cnnLabBoot', boot);
publish('cnnLabTrace', (request: string): string => `${trace(request)}`);
publish('cnnLabLibrary', (request: string): string => `${serveLibrary(request)}`);
publish('cnnLabInterrupt', interrupt);
publish('cnnLabAllocate', (name: string, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  files[name] = bytes;
  return bytes;
});
publish('cnnLabWriteFile', (path: string, name: string): void => {
  pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
  pyodide.FS.writeFile(path, files[name]!);
  delete files[name];
});
publish('cnnLabMakeSnapshot', (imports: string): Uint8Array => {
  pyodide.runPython(imports);
  return pyodide.makeMemorySnapshot();
});
