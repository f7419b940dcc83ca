/**
 * @file Python's tape: every op of one trace in one graph builder, from which the graph of each model call is cut
 * out. All calls take and give JSON, because Python is on the other side.
 */
import { GraphBuilder } from '../../core/graph/builder';
import type { DType, TensorType, ValueId } from '../../core/graph/ir';
import type { Diagnostic, Frame, TracedGraph, TracedModel, TraceRequest } from '../../core/graph/tracedModel';
import { adviceOn } from '../../core/lints/lints';
import { ShapeError } from '../../core/ops/opDefinition';
import type { TracedOpName } from '../../core/ops/traceOnly/attributes';
import { tracedOps } from '../../core/ops/traceOnly/tracedOps';
import { ancestors } from './ancestors';
import { extractGraph, type UnboundLeaf } from './extractGraph';
import { extractionOf, frameOf, type RecordedCall } from './recordedCall';

interface EmitRequest {
  readonly op: string;
  readonly inputs: readonly (ValueId | null)[];
  readonly attributes: never;
  readonly frame: number;
}

/** Graphs are numbers at first. */
interface Answer {
  readonly recycle: boolean;
  readonly models: readonly (Omit<TracedModel, 'graphs'> & { graphs: readonly (number | TracedGraph)[] })[];
  readonly interrupted: readonly { graph: number | TracedGraph }[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A runaway loop of ops must end in a message, not in a dead worker. */
const NODE_LIMIT = 100_000;

export class Recorder {
  private builder = new GraphBuilder<TracedOpName>(tracedOps);
  private graphs: TracedGraph[] = [];
  private frames: Frame[] = [];

  reset(): void {
    this.builder = new GraphBuilder<TracedOpName>(tracedOps);
    this.graphs = [];
    this.frames = [];
  }

  /** Python's one entry. Errors of shape come back as `{error}`, in PyTorch's words. */
  call(operation: string, payload: string): string {
    try {
      const request = JSON.parse(payload);
      if (operation === 'emit') return JSON.stringify(this.emit(request));
      if (operation === 'leaves') return JSON.stringify(this.leaves(request));
      if (operation === 'extract') return JSON.stringify(this.extract(request));
      if (operation === 'ancestors') return JSON.stringify(ancestors(this.builder.build(), request.value));
      if (operation === 'restart') return JSON.stringify(this.restart());
      return JSON.stringify({ fault: `no operation ${operation}` });
    } catch (error) {
      if (error instanceof ShapeError) return JSON.stringify({ error: error.message });
      return JSON.stringify({ fault: String(error) });
    }
  }

  /**
   * Python's answer with each graph's number replaced by the graph, and advice.
   * @param files of the request
   * @param recycle the worker is not fit for another trace
   */
  complete(answer: string, files: TraceRequest['files'], recycle: boolean): string {
    const result = JSON.parse(answer) as Answer;
    const byNumber = (index: number | TracedGraph): TracedGraph => this.graphs[Number(index)]!;
    for (const model of result.models) model.graphs = model.graphs.map(byNumber);
    for (const call of result.interrupted) call.graph = byNumber(call.graph);
    // An error that Python has told already is not told again as advice.
    const told = new Set(result.diagnostics.map(({ code, file, line }) => `${code} ${file} ${line}`));
    const advice = adviceOn(result.models as TracedModel[], files).filter(
      ({ code, file, line }) => !told.has(`${code} ${file} ${line}`),
    );
    return JSON.stringify({ ...result, advice, recycle: result.recycle || recycle });
  }

  /** An empty tape; the graphs that were cut out stay. */
  private restart(): null {
    this.builder = new GraphBuilder<TracedOpName>(tracedOps);
    this.frames = [];
    return null;
  }

  private leaves(types: readonly TensorType[]): ValueId[] {
    return types.map((type) => this.builder.input('data', '', type));
  }

  private emit({ op, inputs, attributes, frame }: EmitRequest): [ValueId, readonly number[], DType][] {
    if (!Object.hasOwn(tracedOps, op)) throw new Error(`there is no op ${op}`);
    if (this.builder.nodeCount >= NODE_LIMIT)
      throw new ShapeError(`This model makes more than ${NODE_LIMIT} operations.`);
    return this.builder.addAll(op as TracedOpName, inputs, attributes, frame).map((id) => {
      const type: TensorType = this.builder.type(id);
      return [id, type.shape, type.dtype];
    });
  }

  private extract(call: RecordedCall): { graph: number; unbound: readonly UnboundLeaf[] } {
    for (const row of call.frames) this.frames.push(frameOf(row));
    const { traced, unbound } = extractGraph(this.builder.build(), extractionOf(call, this.frames));
    this.graphs.push(traced);
    return { graph: this.graphs.length - 1, unbound };
  }
}
