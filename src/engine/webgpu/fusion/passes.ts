/** @file All rewrites that this backend makes of a graph before it is planned, each followed by the verifier. */
import type { Graph } from '../../../core/graph/ir';
import type { StatePlace } from '../statePages';
import type { DeviceGraph } from './fusedOps';
import { fuseElementwise } from './fuseElementwise';
import { fuseNorm } from './fuseNorm';
import { fuseOptimizer } from './fuseOptimizer';
import { fuseSkipGradient } from './fuseSkipGradient';
import { mergeSums } from './mergeSums';
import { verifyDeviceGraph } from './verifyDeviceGraph';
import { viewChannels } from './viewChannels';

export interface FusionOptions {
  /** Where a state lies; undefined where that is not known. */
  stateOf(name: string): StatePlace | undefined;
}

type Pass = (graph: DeviceGraph, options: FusionOptions) => DeviceGraph;

const passes: Readonly<Record<string, Pass>> = {
  fuseNorm,
  fuseSkipGradient,
  fuseElementwise,
  mergeSums,
  viewChannels,
  fuseOptimizer,
};

export function fuse(graph: Graph, options: FusionOptions): DeviceGraph {
  let fused: DeviceGraph = graph;
  for (const [name, pass] of Object.entries(passes)) {
    fused = pass(fused, options);
    verifyDeviceGraph(fused, name);
  }
  return fused;
}
