/**
 * @file The sandbox: a `node:vm` realm with no prototype to climb, no code from strings, no `import()` and no object
 * of Node in it, holding Pyodide. Once booted, only strings cross its border.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import type { BootOptions } from './realm/realm';

/** Files of `dist/trace`, as `packShim` leaves them. */
export const sandboxFiles = {
  realm: 'realm.js',
  pyodide: 'pyodide.js',
  module: 'pyodide.asm.js',
  wasm: 'pyodide.asm.wasm',
  stdlib: 'python_stdlib.zip',
  lock: 'lock.json',
  snapshot: 'snapshot.bin',
} as const;

export class Sandbox {
  private constructor(private readonly context: vm.Context) {}

  /** Boots Python from the files in `folder`; without a snapshot in `make-snapshot` mode. */
  static async boot(folder: string, mode: BootOptions['mode'] = 'snapshot'): Promise<Sandbox> {
    const context = vm.createContext(Object.create(null), {
      codeGeneration: { strings: false, wasm: true },
      name: 'cnnlab-trace',
    });
    const sandbox = new Sandbox(context);
    const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
    sandbox.run(text(sandboxFiles.realm), sandboxFiles.realm);
    const binaries: string[] = [sandboxFiles.wasm, sandboxFiles.stdlib];
    if (mode === 'snapshot') binaries.push(sandboxFiles.snapshot);
    for (const name of binaries) sandbox.put(name, readFileSync(join(folder, name)));
    sandbox.run(text(sandboxFiles.module), sandboxFiles.module);
    sandbox.run(text(sandboxFiles.pyodide), sandboxFiles.pyodide);
    const options: BootOptions = { lockFile: text(sandboxFiles.lock), mode };
    // No user code has run yet, so awaiting the realm's promise is safe; later calls are synchronous.
    await sandbox.run(`cnnLabBoot(${JSON.stringify(options)})`, 'boot.js');
    return sandbox;
  }

  /** A JSON request to a JSON answer. @throws when Python itself broke: the sandbox is then of no more use. */
  trace(request: string): string {
    return this.ask('cnnLabTrace', request);
  }

  /** What is offered, given and imported of a Python environment, as JSON; the answer says what is wanted still. */
  serveLibrary(request: string): string {
    return this.ask('cnnLabLibrary', request);
  }

  private ask(name: string, request: string): string {
    const answer = this.run(`${name}(${JSON.stringify(request)})`, `${name}.js`);
    if (typeof answer !== 'string') throw new TypeError('the sandbox answered with something not a string');
    return answer;
  }

  /** Writing 2 into it from any thread raises KeyboardInterrupt in Python. */
  get interruptBuffer(): Uint8Array {
    return this.run('cnnLabInterrupt', 'interrupt.js') as Uint8Array;
  }

  /** Puts a file where Python can import it (while a snapshot is made). */
  writeFile(path: string, bytes: Uint8Array): void {
    this.put('upload', bytes);
    this.run(`cnnLabWriteFile(${JSON.stringify(path)}, 'upload')`, 'write.js');
  }

  /** Runs `imports` and gives Python's whole memory. */
  makeSnapshot(imports: string): Uint8Array {
    return this.run(`cnnLabMakeSnapshot(${JSON.stringify(imports)})`, 'snapshot.js') as Uint8Array;
  }

  private put(name: string, bytes: Uint8Array): void {
    const target = this.run(`cnnLabAllocate(${JSON.stringify(name)}, ${bytes.length})`, 'put.js');
    Buffer.from((target as Uint8Array).buffer).set(bytes);
  }

  private run(source: string, filename: string): unknown {
    return vm.runInContext(source, this.context, { filename });
  }
}
