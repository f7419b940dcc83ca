/** @file One trace in a sandbox, and the imports of packages that it turns out to need. */
import type { PythonEnvironment } from '../core/graph/tracedModel';
import { EnvironmentReader, type Sources } from './environmentReader';
import type { Sandbox } from './sandbox';

/** Sources cross into the realm in pieces of about so many characters. */
const PIECE = 1024 * 1024;

const nothing: Sources = { files: {}, folders: [], compiled: [], absent: [] };

/** A trace that ended because these modules have to be imported first. */
export interface Wanted {
  readonly wanted: readonly string[];
  /** The workspace's code changed our torch before: only a fresh Python may import them. */
  readonly recycle: boolean;
}

/** Null for the answer of a trace that came to its end. */
export function parseWanted(answer: string): Wanted | null {
  return answer.startsWith('{"wanted"') ? (JSON.parse(answer) as Wanted) : null;
}

/** What a sandbox knows of one environment. */
export class Libraries {
  #environment: PythonEnvironment | null = null;
  #reader: EnvironmentReader | null = null;

  constructor(private readonly sandbox: Sandbox) {}

  /** False where Python holds packages of another environment, or of this one as it was. */
  use(environment: PythonEnvironment | null): boolean {
    const known = this.#environment;
    if (known)
      return environment !== null && known.stamp === environment.stamp && sameFolders(known, environment);
    if (!environment) return true;
    this.#environment = environment;
    this.#reader = new EnvironmentReader(environment);
    this.#ask({ offer: { name: environment.name, ...this.#reader.offer } });
    return true;
  }

  /** Imports modules by name, with all that they need. What fails is remembered in Python as not importable. */
  load(names: readonly string[]): void {
    let before = '';
    let wanted = names;
    while (wanted.length > 0 && wanted.join() !== before) {
      before = wanted.join();
      this.#give(wanted);
      wanted = this.#ask({ load: names });
    }
    if (wanted.length > 0) this.#ask({ sources: { ...nothing, absent: wanted } });
  }

  #give(names: readonly string[]): void {
    if (!this.#reader) return;
    const { files, ...rest } = this.#reader.read(names);
    this.#ask({ sources: { files: {}, ...rest } });
    let piece: Record<string, string> = {};
    let size = 0;
    const send = (): void => {
      if (size > 0) this.#ask({ sources: { ...nothing, files: piece } });
      piece = {};
      size = 0;
    };
    for (const [path, text] of Object.entries(files)) {
      piece[path] = text;
      size += text.length;
      if (size > PIECE) send();
    }
    send();
  }

  #ask(request: unknown): readonly string[] {
    return (JSON.parse(this.sandbox.serveLibrary(JSON.stringify(request))) as Wanted).wanted;
  }
}

/**
 * The answer of a trace, run again after each import of packages that it turned out to need.
 * @param importing told what is imported, and null when tracing goes on
 */
export function traceWithLibraries(
  sandbox: Sandbox,
  libraries: Libraries,
  request: string,
  importing: (names: readonly string[] | null) => void,
): string {
  for (;;) {
    const answer = sandbox.trace(request);
    const ended = parseWanted(answer);
    if (!ended || ended.recycle) return answer;
    importing(ended.wanted);
    libraries.load(ended.wanted);
    importing(null);
  }
}

function sameFolders(a: PythonEnvironment, b: PythonEnvironment): boolean {
  return a.folders.join('\n') === b.folders.join('\n');
}
