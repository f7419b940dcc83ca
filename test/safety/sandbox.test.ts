/** @file What hostile and broken files may not do: leave the sandbox, run on, eat the memory, or spoil the next trace. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TraceClient } from '../../src/trace/traceClient';
import { diagnosticsText, dist, fixture, HEADER, startTracing, target } from '../trace/tracing';

const { trace, client } = startTracing();
const GOOD = `${HEADER}class Net(nn.Module):\n    def forward(self, x):\n        return x\n`;
const RUN = target('Net', {}, [1, 3, 8, 8]);

async function works(): Promise<void> {
  const result = await trace(GOOD, RUN);
  expect(diagnosticsText(result)).toEqual([]);
  expect(result.models.length).toBe(1);
}

/** Python's view of an escape: the statements must raise, and say what `reason` matches. */
async function checkContained(statements: string, reason: RegExp): Promise<void> {
  const result = await trace(statements);
  expect(result.diagnostics.map(({ message }) => message).join('\n')).toMatch(reason);
}

const REACH = 'raise RuntimeError("REACHED " + str(';
test.each([
  ['import js', `import js\n${REACH}js.process))`, /ModuleNotFoundError|ImportError/],
  [
    'pyodide.code',
    `from pyodide.code import run_js\n${REACH}run_js("process")))`,
    /ModuleNotFoundError|ImportError/,
  ],
  ['pyodide_js', `import pyodide_js\n${REACH}pyodide_js.FS))`, /ModuleNotFoundError|ImportError/],
  ['_pyodide_core', `import _pyodide_core\n${REACH}_pyodide_core))`, /ModuleNotFoundError|ImportError/],
  [
    'constructor.constructor',
    `from torch import _recorder\nf = _recorder._host.constructor.constructor("return process")\n${REACH}f().pid))`,
    /EvalError|Code generation from strings/,
  ],
  ['/etc/passwd', `${REACH}open("/etc/passwd").read()))`, /FileNotFoundError/],
  [
    'listing the root',
    `import os\n${REACH}[n for n in os.listdir("/") if n in ("usr", "etc", "root", "bin")]))`,
    /REACHED \[\]$/,
  ],
  [
    'environment',
    `import os\n${REACH}os.environ.get("PATH", "")[:0] + str(os.environ.get("HOME"))))`,
    /REACHED \/home\/pyodide$/,
  ],
  ['subprocess', `import subprocess\n${REACH}subprocess.run(["ls"])))`, /OSError|not supported|Error/],
  ['socket', `import socket\ns = socket.create_connection(("127.0.0.1", 22), 1)\n${REACH}s))`, /Error/],
  ['ctypes', `import ctypes\n${REACH}ctypes.CDLL(None).getpid()))`, /Error|REACHED 42/],
])('no way out: %s', async (_name, statements, reason) => {
  await checkContained(statements, reason);
  await works();
});

test('no import() is left in the realm: its errors would be objects of Node', () => {
  for (const file of ['realm.js', 'pyodide.js', 'pyodide.asm.js'])
    expect(readFileSync(`${dist}/trace/${file}`, 'utf8')).not.toMatch(/(?<![\w$.])import\s*[(.]/);
});

test('a loop at module level is stopped within two seconds, at its line', async () => {
  const result = await trace(`${HEADER}n = 0\nwhile True:\n    n += 1\n`, undefined, {
    timeoutMs: 1800,
    clock: 'wall',
  });
  expect(result.diagnostics).toMatchObject([{ code: 'timeout', severity: 'error', file: 'model.py' }]);
  expect([5, 6]).toContain(result.diagnostics[0]!.line);
  expect(result.milliseconds).toBeLessThan(2000);
  await works();
});

test('a loop in forward is stopped, and one that catches everything too', async () => {
  const loop = (body: string): string =>
    `${HEADER}class Net(nn.Module):\n    def forward(self, x):\n        while True:\n${body}`;
  const plain = await trace(loop('            x.shape\n'), RUN, { timeoutMs: 1800, clock: 'wall' });
  expect(plain.diagnostics).toMatchObject([{ code: 'timeout' }]);
  expect([6, 7]).toContain(plain.diagnostics[0]!.line);
  const stubborn = await trace(
    loop(
      '            try:\n                x.shape\n            except BaseException:\n                pass\n',
    ),
    RUN,
    { timeoutMs: 1800, clock: 'wall' },
  );
  expect(stubborn.diagnostics).toMatchObject([{ code: 'timeout', file: 'model.py' }]);
  await works();
});

test('a loop in the test code costs only a warning', async () => {
  const result = await trace(`${fixture('tiny_vgg.py')}    while True:\n        pass\n`, undefined, {
    timeoutMs: 1800,
    clock: 'wall',
  });
  expect(result.diagnostics).toMatchObject([{ code: 'timeout', severity: 'warning' }]);
  expect(result.models.map(({ model }) => model)).toEqual(['TinyVGG']);
});

test('memory bombs end in a message', async () => {
  const result = await trace('a = []\nwhile True:\n    a.append(bytearray(5_000_000))\n');
  expect(diagnosticsText(result)[0]).toMatch(/^model.py:3:\d+-\d+ memory-limit: /);
  const graph = await trace(
    `${HEADER}class Net(nn.Module):\n    def forward(self, x):\n        while True:\n            x = x + 1\n`,
    RUN,
    { timeoutMs: 3000 },
  );
  expect(['timeout', 'shape-mismatch']).toContain(graph.diagnostics[0]!.code);
  await works();
});

test('endless recursion ends in a message', async () => {
  const plain = await trace('def f(x):\n    return f(x) + 1\nf(1)\n');
  expect(diagnosticsText(plain)[0]).toMatch(/^model.py:2:11-15 recursion: /);
  const modules = await trace(
    `${HEADER}class Net(nn.Module):\n    def forward(self, x):\n        return self(x)\n`,
    RUN,
  );
  expect(['recursion', 'sandbox-crash']).toContain(modules.diagnostics[0]!.code);
  await works();
});

test('an aborted request rejects, and the next one is served', async () => {
  const controller = new AbortController();
  const endless = trace('while True:\n    pass\n', undefined, { signal: controller.signal });
  const stale = trace(GOOD, RUN, { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await expect(endless).rejects.toThrow(/abort/i);
  await expect(stale).rejects.toThrow(/abort/i);
  await works();
});

test('a disposed client says so', async () => {
  const own = new TraceClient(dist);
  await own.dispose();
  await expect(own.trace({ files: { 'a.py': '' }, entry: 'a.py' })).rejects.toThrow(/disposed/);
  expect(client).toBeDefined();
});
