/** @file One block as drawn: name and size above, path and shape below, a chevron where it opens. */
import { formatCount } from '../parts/formatNumber';
import { blockSize, type PlacedBlock } from './layout';

interface BlockShapeProps {
  readonly placed: PlacedBlock;
  /** The editor's cursor is on the line that runs it. */
  readonly lit: boolean;
  readonly tabStop: boolean;
  readonly onFocus: () => void;
  readonly onReveal: () => void;
  readonly onToggle: () => void;
}

const longestPath = 22;

export function BlockShape({ placed, lit, tabStop, onFocus, onReveal, onToggle }: BlockShapeProps) {
  const { block, x, y, width, height, expanded } = placed;
  const opens = block.children.length > 0;
  const low = height <= blockSize.opHeight;
  const textLeft = opens ? 30 : 14;
  const right = width - 12;
  const count = block.parameters > 0 ? formatCount(block.parameters) : '';
  const words = [block.title, block.path, `output ${block.shape}`, count && `${count} parameters`];
  const classes = ['block', `family-${block.family}`, `block-${block.kind}`];
  if (lit) classes.push('block-lit');
  if (expanded) classes.push('block-open');
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <g
      class={classes.join(' ')}
      transform={`translate(${x} ${y})`}
      role="button"
      tabIndex={tabStop ? 0 : -1}
      data-block={block.id}
      aria-label={words.filter(Boolean).join(', ')}
      aria-expanded={opens ? expanded : undefined}
      onFocus={onFocus}
      onClick={onReveal}
    >
      <title>{words.filter(Boolean).join('\n')}</title>
      <rect class="block-box" width={width} height={height} rx={low ? height / 2 : 6} />
      {!low && !expanded && <rect class="block-stripe" x={1} y={8} width={3} height={height - 16} rx={1.5} />}
      {block.kind === 'repeat' && !expanded && (
        <path class="block-stack" d={`M6 ${height + 3}H${width - 6}M12 ${height + 6}H${width - 12}`} />
      )}
      {low ? (
        <>
          <text class="block-title" x={14} y={height / 2 + 4}>
            <Title text={block.title} />
          </text>
          <text class="block-shape" x={right} y={height / 2 + 4} text-anchor="end">
            {block.shape}
          </text>
        </>
      ) : (
        <>
          <text class="block-title" x={textLeft} y={19}>
            <Title text={block.title} />
          </text>
          <text class="block-count" x={right} y={19} text-anchor="end">
            {count}
          </text>
          <text class="block-path" x={textLeft} y={36}>
            {shortened(block.path)}
          </text>
          <text class="block-shape" x={right} y={36} text-anchor="end">
            {block.shape}
          </text>
        </>
      )}
      {opens && (
        // biome-ignore lint/a11y/noStaticElementInteractions: Space on the block does the same
        <g
          class="block-chevron"
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        >
          <rect x={4} y={4} width={24} height={Math.min(height, blockSize.moduleHeight) - 8} />
          <path d={expanded ? 'M12 21l4 4l4 -4' : 'M14 19l4 4l-4 4'} />
        </g>
      )}
    </g>
  );
}

/** `Conv2d 3×3 stride 2`: the name stands out, its numbers do not. */
function Title({ text }: { readonly text: string }) {
  const [name, ...numbers] = text.split(' ');
  return (
    <>
      {name}
      {numbers.length > 0 && <tspan class="block-numbers"> {numbers.join(' ')}</tspan>}
    </>
  );
}

function shortened(path: string): string {
  return path.length <= longestPath ? path : `…${path.slice(1 - longestPath)}`;
}
