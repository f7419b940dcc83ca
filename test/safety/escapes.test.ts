/**
 * @file Ways out of the sandbox, and ways to spoil it for the next file, each tried from the top of a model file. Whatever
 * it comes to, nothing of Node is reached, and the next good file traces as if nothing had been.
 */
import { expect, test } from 'vitest';
import { diagnosticsText, HEADER, startTracing, target } from '../trace/tracing';

const { trace } = startTracing();
const GOOD = `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(3, 4, 3)\n    def forward(self, x):\n        return F.relu(self.conv(x))\n`;
const RUN = target('Net', {}, [1, 3, 8, 8]);

/** Python of all attempts: `reach(JsProxy)` walks what hangs on it and raises when it meets something of Node. */
const PRELUDE = `
NODE = ("process", "require", "global", "Buffer", "__dirname", "mainModule", "binding")
def reach(root, depth=3):
    seen, waiting = 0, [(root, 0)]
    while waiting and seen < 400:
        value, level = waiting.pop()
        seen += 1
        for name in NODE:
            try:
                found = getattr(value, name)
            except BaseException:
                continue
            if "JsProxy" in type(found).__name__ or isinstance(found, str):
                raise RuntimeError(f"REACHED {name} {found!r:.80}")
        if level < depth:
            for name in ("constructor", "prototype", "__proto__", "call", "bind", "apply", "__self__", "then", "_api",
                         "_module", "FS", "globals", "ffi"):
                try:
                    waiting.append((getattr(value, name), level + 1))
                except BaseException:
                    pass
    return seen
`;

/** What Python says of an attempt; the good file must trace right after it. */
async function attempt(statements: string): Promise<string> {
  const result = await trace(PRELUDE + statements, undefined, { timeoutMs: 1800 });
  const said = result.diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n');
  expect(said).not.toMatch(/REACHED/);
  const next = await trace(GOOD, RUN);
  expect(diagnosticsText(next)).toEqual([]);
  expect(next.models[0]?.graphs[0]?.graph.nodes.map(({ op }) => op)).toEqual(['conv2d', 'relu']);
  return said;
}

const HOST = 'from torch import _recorder\nhost = _recorder._host\n';
const WALKED = /walked \d+/;
const walk = (value: string): string => `raise RuntimeError(f"walked {reach(${value})}")`;

test.each([
  ['pyodide.ffi', 'from pyodide.ffi import to_js', /ModuleNotFoundError|ImportError/],
  ['mountNodeFS', 'import pyodide_js\npyodide_js.mountNodeFS("/mnt", "/")', /ModuleNotFoundError/],
  [
    'mountNodeFS of the hidden module',
    'from cnnlab import isolation\nisolation._hidden["pyodide_js"].mountNodeFS("/mnt", "/")\nimport os\nraise RuntimeError(str(os.listdir("/mnt")))',
    /JsException|AttributeError|KeyError|Error/,
  ],
  ['_pyodide', 'import _pyodide', /ModuleNotFoundError/],
  ['None taken out of sys.modules', 'import sys\ndel sys.modules["js"]\nimport js\nreach(js)', /Error/],
  [
    'run_js of the hidden module',
    'from cnnlab import isolation\nisolation._hidden["pyodide.code"].run_js("process.pid")',
    /Error/,
  ],
  [
    'what hangs on the hidden pyodide_js',
    `from cnnlab import isolation\n${walk('isolation._hidden["pyodide_js"]')}`,
    WALKED,
  ],
  ['what hangs on emit’s host function', `${HOST}${walk('host')}`, WALKED],
  ['its Function', `${HOST}host.constructor("return process")()`, /EvalError|Code generation/],
  [
    'call, bind',
    `${HOST}host.bind(None).constructor.constructor("return this")()`,
    /EvalError|Code generation/,
  ],
  [
    'all proxies that gc knows',
    `import gc\nfor o in gc.get_objects():\n    if "JsProxy" in type(o).__name__: reach(o)\nraise RuntimeError("walked 1")`,
    WALKED,
  ],
  [
    'subclasses of object',
    `for c in object.__subclasses__():\n    if "js" in c.__name__.lower(): c.__new__(c)\nraise RuntimeError("walked 1")`,
    /walked|TypeError/,
  ],
  [
    '/dev and /proc',
    'import os\nraise RuntimeError("here " + str(sorted(os.listdir("/dev"))) + str(sorted(os.listdir("/proc"))))',
    /here \[[^\]]*'null'[^\]]*\]\['self'\]/,
  ],
  ['ctypes over the whole memory', 'import ctypes\nctypes.memset(0, 255, 1 << 28)', /.*/],
  ['ctypes.CDLL(None)', 'import ctypes\nctypes.CDLL(None).system(b"ls")', /.*/],
  ['os.system', 'import os\nraise RuntimeError("gave " + str(os.system("ls")))', /gave -1|Error/],
  ['os.fork', 'import os\nos.fork()', /Error/],
  ['threads', 'import threading\nthreading.Thread(target=print).start()', /can't start new thread/],
  ['urllib', 'import urllib.request\nurllib.request.urlopen("http://127.0.0.1")', /Error/],
])('nothing outside: %s', async (_name, statements, said) => {
  expect(await attempt(statements)).toMatch(said);
});

test.each([
  ['json', 'import json\njson.dumps = json.loads = lambda *a, **k: "{}"'],
  ['the encoder', 'import json\njson.JSONEncoder.encode = lambda *a: "[]"'],
  ['ask', 'from torch import _recorder\n_recorder.ask = lambda *a: []'],
  ['the host function', 'from torch import _recorder\n_recorder._host = lambda *a: "[]"'],
  [
    'the driver, from its own frame',
    'import sys\nf = sys._getframe()\nwhile f:\n    if f.f_globals.get("__name__") == "cnnlab.driver": f.f_globals["Session"] = None\n    f = f.f_back',
  ],
  [
    'isolation’s memory',
    'from cnnlab import isolation\nisolation._contents.clear()\nimport torch.nn\ntorch.nn.Conv2d.forward = lambda self, x: 1/0',
  ],
  ['builtins', 'import builtins\nbuiltins.len = lambda x: 0\nbuiltins.isinstance = lambda *a: False'],
  [
    'the import of modules',
    'import sys, builtins\nsys.meta_path.clear()\nsys.path_hooks.clear()\nbuiltins.__import__ = None',
  ],
  [
    'torch itself',
    'import sys, torch\ntorch.relu = None\nsys.modules["torch"] = None\nsys.modules["torch.nn"] = sys',
  ],
  ['a reload', 'import importlib, torch.nn.functional\nimportlib.reload(torch.nn.functional)'],
  ['the signal', 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)'],
  ['trace functions', 'import sys\nsys.setprofile(lambda *a: 1/0)\nsys.settrace(lambda *a: 1/0)'],
  [
    'monitoring',
    'import sys\nm = sys.monitoring\nm.use_tool_id(2, "x")\nm.register_callback(2, m.events.PY_START, lambda *a: 1/0)\nm.set_events(2, m.events.PY_START)',
  ],
  ['an audit hook', 'import sys\ndef hook(*a): raise SystemExit\nsys.addaudithook(hook)'],
  ['collection', 'import gc\ngc.disable()\ngc.callbacks.append(lambda *a: 1/0)'],
  ['atexit', 'import atexit\natexit.register(lambda: 1/0)'],
  ['a low recursion limit', 'import sys\nsys.setrecursionlimit(60)'],
  [
    'the working folder and environment',
    'import os\nos.environ["PYTHONPATH"] = "x"\nos.makedirs("/tmp/a")\nos.chdir("/tmp/a")',
  ],
  [
    'JSON of the realm',
    `${HOST}host.constructor.prototype.constructor.prototype.call = print\nhost.__proto__.__proto__.toJSON = print`,
  ],
  [
    'a resurrected object',
    'class A:\n    def __del__(self):\n        global kept\n        kept = self\n        raise KeyboardInterrupt\na = A()\ndel a',
  ],
  ['exit', 'raise SystemExit(3)'],
  ['os._exit', 'import os\nos._exit(3)'],
  ['os.abort', 'import os\nos.abort()'],
  ['broken bytecode', 'def f(): pass\nf.__code__ = f.__code__.replace(co_code=bytes([255, 0] * 50))\nf()'],
  ['a null pointer', 'import ctypes\nctypes.string_at(0, 1 << 31)'],
  [
    'later work on the event loop',
    'import asyncio\nasyncio.get_event_loop().call_soon(exec, "while True: pass")',
  ],
])('the next file is as good as before: %s', async (_name, statements) => {
  await attempt(statements);
});

test.each([
  ['a regular expression', 'import re\nre.match("(a+)+$", "a" * 40 + "b")'],
  ['a number', 'x = 10 ** 10 ** 8'],
  ['a loop in C', 'import itertools\nsum(itertools.repeat(1))'],
  ['a generator without end', 'def g():\n    while True: yield 1\nsum(x for x in g())'],
  [
    'a loop that catches what stops it',
    'while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass',
  ],
])('stopped in time: %s', async (_name, statements) => {
  expect(await attempt(statements)).toMatch(/timeout/);
});

test.each([
  ['a string', 'x = "a" * 10 ** 9', /MemoryError|memory/],
  ['a list', 'import itertools\nx = list(itertools.repeat("x", 10 ** 9))', /MemoryError|memory/],
  [
    'files in memory',
    'for i in range(10 ** 6):\n    with open(f"/tmp/{i}", "wb") as f: f.write(bytes(8_000_000))',
    /No space left|OSError/,
  ],
  [
    'recursion without a limit',
    'import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(n): return f(n + 1) + 1\nf(0)',
    /recursion|sandbox-crash|memory/,
  ],
  [
    'nested lists',
    'x = []\nfor _ in range(10 ** 6): x = [x]\nrepr(x)',
    /recursion|RecursionError|sandbox-crash/,
  ],
])('kept small: %s', async (_name, statements, said) => {
  expect(await attempt(statements)).toMatch(said);
});
