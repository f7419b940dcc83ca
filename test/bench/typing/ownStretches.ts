/** @file How long the extension's own code holds the event loop: from the extension host's own processor profile. */
import { type Profiler, Session } from 'node:inspector/promises';

/** Samples are this far apart, in microseconds: stretches are known to about so much. */
const INTERVAL = 500;
const RESTS: ReadonlySet<string> = new Set(['(idle)', '(program)', '(root)']);

export class OwnStretches {
  private readonly session = new Session();

  /** @param isOwn whether a script's address is the extension's */
  constructor(private readonly isOwn: (url: string) => boolean) {}

  async start(): Promise<void> {
    this.session.connect();
    await this.session.post('Profiler.enable');
    await this.session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
    await this.session.post('Profiler.start');
  }

  /** Milliseconds of each stretch between two rests of the loop in which own code was seen: only its own samples count. */
  async stop(): Promise<number[]> {
    const { profile } = await this.session.post('Profiler.stop');
    this.session.disconnect();
    return stretches(profile, this.isOwn);
  }
}

function stretches(profile: Profiler.Profile, isOwn: (url: string) => boolean): number[] {
  const own = ownNodes(profile, isOwn);
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const found: number[] = [];
  let current = 0;
  const { samples = [], timeDeltas = [] } = profile;
  for (const [index, id] of samples.entries()) {
    if (RESTS.has(names.get(id) ?? '')) {
      if (current > 0) found.push(current / 1000);
      current = 0;
    } else if (own.has(id)) {
      // A sample stands for the time until the next one.
      current += timeDeltas[index + 1] ?? 0;
    }
  }
  return found;
}

/** Nodes with a function of the extension on their stack. */
function ownNodes(profile: Profiler.Profile, isOwn: (url: string) => boolean): Set<number> {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const own = new Set<number>();
  const mark = (id: number, inherited: boolean): void => {
    const node = byId.get(id)!;
    const is = inherited || isOwn(node.callFrame.url);
    if (is) own.add(id);
    for (const child of node.children ?? []) mark(child, is);
  };
  const root = profile.nodes[0];
  if (root) mark(root.id, false);
  return own;
}
