/**
 * @file The few globals that Pyodide expects of a web worker, written inside the realm so that no object of Node
 * is ever reachable from Python. There is no clock finer than a millisecond, no network and no timer.
 */

declare const WebAssembly: {
  Memory: { prototype: { grow(pages: number): number; readonly buffer: ArrayBufferLike } };
  instantiate(bytes: ArrayBufferLike, imports: unknown): Promise<unknown>;
  instantiateStreaming?: unknown;
};

const WASM_PAGE = 65536;

export interface Polyfills {
  /** Bytes by file name, fetched while Pyodide boots; emptied afterwards. */
  readonly files: Record<string, Uint8Array>;
  /** What Python wrote to standard error while booting. */
  readonly log: string[];
}

/** Installs the globals, and caps what WebAssembly may hold at `memoryLimit` bytes. */
export function installPolyfills(memoryLimit: number): Polyfills {
  const files: Record<string, Uint8Array> = Object.create(null);
  const log: string[] = [];
  const note = (...parts: unknown[]): void => {
    if (log.length < 100) log.push(parts.map(String).join(' '));
  };
  const silent = (): void => {};
  capMemory(memoryLimit);
  // Stack traces would hand out call sites of the frames outside.
  Object.defineProperty(Error, 'stackTraceLimit', { value: 0 });
  Object.defineProperty(Error, 'prepareStackTrace', { value: undefined });

  let timers = 0;
  const startedAt = Date.now();
  Object.assign(globalThis, {
    TextDecoder: RealmTextDecoder,
    TextEncoder: RealmTextEncoder,
    AbortController: class {
      readonly signal = { aborted: false, addEventListener: silent };
      abort(): void {
        this.signal.aborted = true;
      }
    },
    AbortSignal: class {},
    URL: class {
      constructor(readonly href: unknown) {}
      toString(): string {
        return String(this.href);
      }
    },
    WorkerGlobalScope: Object.defineProperty(() => {}, Symbol.hasInstance, { value: () => true }),
    clearInterval: silent,
    clearTimeout: silent,
    console: { log: silent, info: silent, debug: silent, warn: note, error: note },
    crypto: { getRandomValues: fillWithNoise },
    fetch: async (url: unknown) => {
      const bytes = files[String(url).slice(String(url).lastIndexOf('/') + 1)];
      if (!bytes) return { ok: false, status: 404 };
      return { ok: true, status: 200, arrayBuffer: async () => bytes.buffer };
    },
    importScripts: undefined,
    location: { href: '/', toString: () => '/' },
    navigator: { userAgent: 'Chrome' },
    performance: { now: () => Date.now() - startedAt, timeOrigin: startedAt },
    queueMicrotask: (job: () => void) => void Promise.resolve().then(job),
    self: globalThis,
    setInterval: () => 0,
    setTimeout: (job: () => void) => {
      Promise.resolve().then(job);
      timers += 1;
      return timers;
    },
  });
  WebAssembly.instantiateStreaming = async (
    response: Promise<{ arrayBuffer(): Promise<ArrayBuffer> }>,
    imports: unknown,
  ) => WebAssembly.instantiate(await (await response).arrayBuffer(), imports);
  return { files, log };
}

function capMemory(limit: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  Object.defineProperty(WebAssembly.Memory.prototype, 'grow', {
    value(this: { readonly buffer: ArrayBufferLike }, pages: number): number {
      if (this.buffer.byteLength + pages * WASM_PAGE > limit) throw new RangeError('memory limit');
      return grow.call(this as never, pages);
    },
    writable: false,
    configurable: false,
  });
}

/** Seeds of hashes and of Python's `random`, where nothing secret depends on them (xorshift32). */
function fillWithNoise<T extends ArrayBufferView>(array: T): T {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let state = 0x9e3779b9;
  for (let i = 0; i < bytes.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 255;
  }
  return array;
}

class RealmTextDecoder {
  constructor(readonly encoding = 'utf-8') {}

  decode(input?: ArrayBuffer | ArrayBufferView): string {
    if (!input) return '';
    const bytes = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    return /16/.test(this.encoding) ? decodeUtf16(bytes) : decodeUtf8(bytes);
  }
}

function decodeUtf16(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode(bytes[i]! | (bytes[i + 1]! << 8));
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  let codes: number[] = [];
  let i = 0;
  const next = (): number => (bytes[i++] ?? 0) & 63;
  while (i < bytes.length) {
    const lead = bytes[i++]!;
    if (lead < 0x80) codes.push(lead);
    else if (lead < 0xe0) codes.push(((lead & 31) << 6) | next());
    else if (lead < 0xf0) codes.push(((lead & 15) << 12) | (next() << 6) | next());
    else codes.push(Math.min(((lead & 7) << 18) | (next() << 12) | (next() << 6) | next(), 0x10ffff));
    if (codes.length > 4096) {
      text += String.fromCodePoint(...codes);
      codes = [];
    }
  }
  return text + String.fromCodePoint(...codes);
}

class RealmTextEncoder {
  encode(text = ''): Uint8Array {
    const bytes: number[] = [];
    for (const character of String(text)) {
      const code = character.codePointAt(0)!;
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push((code >> 6) | 192, (code & 63) | 128);
      else if (code < 0x10000) bytes.push((code >> 12) | 224, ((code >> 6) & 63) | 128, (code & 63) | 128);
      else
        bytes.push(
          (code >> 18) | 240,
          ((code >> 12) & 63) | 128,
          ((code >> 6) & 63) | 128,
          (code & 63) | 128,
        );
    }
    return new Uint8Array(bytes);
  }

  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    const bytes = this.encode(text);
    const written = Math.min(bytes.length, target.length);
    target.set(bytes.subarray(0, written));
    return { read: text.length, written };
  }
}
