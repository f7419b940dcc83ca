/** @file Several elementwise ops as one program over the tensors that they read, as a fused kernel runs it. */
import type { TensorType, ValueId } from '../../../core/graph/ir';
import type { OpAttributes, OpName } from '../../../core/ops/attributes';

/** An input of the program, or the result of an earlier step. */
export type Argument = { readonly input: number } | { readonly step: number };

export interface ProgramStep {
  /** One of the elementwise ops. */
  readonly op: OpName;
  readonly attributes: OpAttributes[OpName];
  readonly args: readonly Argument[];
}

export interface Program {
  readonly steps: readonly ProgramStep[];
  readonly results: readonly Argument[];
}

interface StepNode {
  readonly op: string;
  readonly inputs: readonly (ValueId | null)[];
  readonly attributes: unknown;
}

/** Collects what some values need: each tensor and each step once. */
export class ProgramBuilder {
  readonly inputs: ValueId[] = [];
  readonly steps: ProgramStep[] = [];
  private readonly known = new Map<ValueId, Argument>();

  /** @param inline the node that makes a value, where it is to become a step; else the value is an input */
  constructor(private readonly inline: (value: ValueId) => StepNode | null) {}

  value(value: ValueId): Argument {
    const known = this.known.get(value);
    if (known) return known;
    const node = this.inline(value);
    const argument = node ? this.step(node) : { input: this.inputs.push(value) - 1 };
    this.known.set(value, argument);
    return argument;
  }

  step({ op, attributes, inputs }: StepNode): Argument {
    const args = inputs.map((input) => this.value(input!));
    return {
      step: this.steps.push({ op: op as OpName, attributes: attributes as OpAttributes[OpName], args }) - 1,
    };
  }
}

/** Kernels of this kind compute in float32, which also holds bool. */
export function isFloatStorage({ dtype }: TensorType): boolean {
  return dtype === 'float32' || dtype === 'bool';
}
