/** @file Multiply–accumulates of every builder beside torchvision's figures, as a table. */
import { graphMacs } from '../../src/core/passes/cost';
import type { TraceClient } from '../../src/trace/traceClient';
import { readJson, traceBuilder } from './builders';

export interface PublishedFigure {
  readonly builder: string;
  /** Height and width of the image. */
  readonly size: number;
  readonly gflops: number;
}

export const published = readJson<{ source: string; figures: PublishedFigure[] }>('publishedOps.json');

/** Relative to torchvision's figure. */
export const TOLERANCE = 0.01;

/** Why a figure differs by more than that. */
export const reasons: Readonly<Record<string, string>> = {
  shufflenet_v2_x0_5: 'The published figure is rounded to three decimals, as ours is in this table.',
};

/** 10⁹ multiply–accumulates of one image in eval mode. */
export async function measuredGmacs(
  client: TraceClient,
  { builder, size }: PublishedFigure,
): Promise<number> {
  const shape = [1, 3, size, size];
  const { model } = await traceBuilder(client, builder, argumentsFor(builder, size), [
    { mode: 'eval', shape },
  ]);
  return graphMacs(model.graphs[0]!.graph) / 1e9;
}

function argumentsFor(builder: string, size: number): Record<string, unknown> {
  if (builder.startsWith('vit_')) return { image_size: size };
  if (!/^(fcn|deeplabv3|lraspp)_/.test(builder)) return {};
  return { weights_backbone: null, ...(builder.startsWith('lraspp') ? {} : { aux_loss: true }) };
}

/** Markdown: one row a figure, with the reason where the two differ. */
export function macsTable(rows: readonly (PublishedFigure & { readonly ours: number })[]): string {
  const lines = rows.map(({ builder, size, gflops, ours }) =>
    `| ${builder} | ${size} | ${gflops.toFixed(3)} | ${ours.toFixed(3)} | ${(ours / gflops).toFixed(4)} | ${reasons[builder] ?? ''} |`.replace(
      '|  |',
      '| |',
    ),
  );
  return [
    '# Multiply–accumulates beside torchvision’s figures',
    '',
    `Published: ${published.source}.`,
    'Ours: convolutions, linear layers and matrix products of the traced graph, in eval mode. Made by',
    '`node src/build/runTypeScript.mjs test/models/writeMacs.ts`; `macs.test.ts` makes it again and compares.',
    '',
    '| builder | image | published, 10⁹ | ours, 10⁹ | ratio | why they differ |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}
