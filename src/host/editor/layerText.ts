/** @file A layer's hover as Markdown: one use in full, several as a table by instance path. */
import type { ReceptiveField } from '../../core/passes/receptiveField';
import { formatTree } from '../../trace/formatShapes';
import { type LayerFacts, layerFacts } from '../../trace/layerFacts';
import type { LayerUse } from '../../trace/layerPlaces';
import { formatBytes, formatCount } from '../workspace/modelFacts';

/** A hover is read at a glance; the diagram lists every instance. */
const mostRows = 12;

/** @param name what to call it where it is no module @param uses at least one, in the order in which they ran */
export function layerText(name: string, uses: readonly LayerUse[]): string {
  const shown = uses.slice(0, mostRows).map(layerFacts);
  const first = shown[0]!;
  const title = `**${escaped(first.class ?? name)}**`;
  if (uses.length === 1) {
    const path = first.path ? ` \`${first.path}\`` : '';
    return paragraphs(`${title}${path}: ${sizes(first)}`, ...formulaLines(first), figures(first), first.doc);
  }
  const isShared = new Set(uses.map(({ call }) => call?.path)).size === 1;
  const what = isShared ? 'use' : 'instance';
  const header = `| ${what} | shape | parameters | MACs | output | sees |`;
  const formulas = formulaLines(first);
  const whose = isShared ? 'The first use' : `\`${first.path}\``;
  return paragraphs(
    `${title}: ${uses.length} ${what}s`,
    [
      header,
      '|:--|:--|--:|--:|--:|--:|',
      ...shown.map((facts, index) => tableRow(facts, isShared ? null : facts.path, index)),
    ].join('\n'),
    uses.length > mostRows ? `and ${uses.length - mostRows} more` : null,
    formulas.length > 0 ? `${whose}:` : null,
    ...formulas,
    first.doc,
  );
}

function paragraphs(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part).join('\n\n');
}

/** ``1×161×161 → 64×161×161`` */
function sizes({ inputs, output, batch: batchSize }: LayerFacts): string {
  const from = inputs.map((input) => formatTree(input, { batchSize })).join(', ');
  return `\`${from ? `${from} → ` : ''}${formatTree(output, { batchSize })}\``;
}

function formulaLines({ formulas }: LayerFacts): string[] {
  return formulas.map(({ axis, text }) => `${axis}: \`${text}\``);
}

function figures({ parameters, macs, outputBytes, keptBytes, field }: LayerFacts): string {
  const kept = keptBytes === null ? '' : `, ${formatBytes(keptBytes)} kept for backward`;
  return [
    parameters > 0 ? `${parameters.toLocaleString('en-US')} parameters` : '',
    macs > 0 ? `${formatCount(macs)} MACs` : '',
    `output ${formatBytes(outputBytes)}${kept}`,
    field ? `sees ${fieldText(field)}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function tableRow(facts: LayerFacts, path: string | null, index: number): string {
  const { parameters, macs, outputBytes, field } = facts;
  const cells = [
    path ? `\`${path}\`` : String(index + 1),
    sizes(facts),
    parameters > 0 ? parameters.toLocaleString('en-US') : '',
    macs > 0 ? formatCount(macs) : '',
    formatBytes(outputBytes),
    field ? fieldText(field) : '',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** `140×140 px, stride 16`; the whole image where every pixel counts. */
export function fieldText({ size, jump }: ReceptiveField): string {
  if (size.every((pixels) => pixels === Number.POSITIVE_INFINITY)) return 'the whole image';
  const pixels = size.map((side) => (side === Number.POSITIVE_INFINITY ? 'all' : rounded(side))).join('×');
  const stride = jump[0] === jump[1] ? rounded(jump[0]) : jump.map(rounded).join('×');
  return `${pixels} px, stride ${stride}`;
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|]/g, '\\$&');
}
