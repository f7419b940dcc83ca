/** @file The diagram on screen: SVG, one focusable box a block, moved by pointer, wheel and keys. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TracedGraph, TracedModel } from '../../src/core/graph/tracedModel';
import { Icon } from '../parts/icon';
import type { Session } from '../state/session';
import { BlockShape } from './blockShape';
import { type Block, buildBlocks } from './blocks';
import { blocksAtLine } from './blocksAtLine';
import { exitId } from './layerEdges';
import { layoutDiagram, type PlacedBlock } from './layout';
import { routePath } from './routePath';
import { fitAll, fitReadable, pan, panToShow, type Viewport, zoomAt } from './viewport';

interface DiagramProps {
  readonly session: Session;
  readonly model: TracedModel;
  readonly traced: TracedGraph;
}

const keyStep = 60;
const nothing: ReadonlySet<string> = new Set();

export function Diagram({ session, model, traced }: DiagramProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(nothing);
  const [view, setView] = useState<Viewport>({ left: 0, top: 0, zoom: 1 });
  /** The one block that Tab reaches; arrows move it. */
  const [current, setCurrent] = useState<string | null>(null);
  const moved = useRef(false);

  const blocks = useMemo(() => buildBlocks(traced, model.state), [traced, model]);
  const layout = useMemo(() => layoutDiagram(traced.graph, blocks, expanded), [traced, blocks, expanded]);
  const cursor = session.cursor.value;
  const lit = useMemo(
    () => (cursor ? blocksAtLine(traced, layout.blocks, cursor.file, cursor.line) : nothing),
    [traced, layout, cursor],
  );
  const size = () => ({ width: svg.current?.clientWidth ?? 0, height: svg.current?.clientHeight ?? 0 });

  // A diagram that nobody has moved keeps fitting as it or its window grows; then it is the user's.
  useLayoutEffect(() => {
    const refit = (): void => {
      if (!moved.current && svg.current?.clientWidth) setView(fitReadable(layout, size()));
    };
    refit();
    const sizes = new ResizeObserver(refit);
    if (svg.current) sizes.observe(svg.current);
    return () => sizes.disconnect();
  }, [layout]);

  const move = (change: (view: Viewport) => Viewport): void => {
    moved.current = true;
    setView(change);
  };
  const toggle = (block: Block): void => {
    if (block.children.length === 0) return;
    moved.current = true;
    setExpanded((before) => {
      const after = new Set(before);
      if (!after.delete(block.id)) after.add(block.id);
      return after;
    });
  };
  const reveal = (block: Block): void => {
    const frame = traced.frames[block.frame];
    if (frame) session.reveal(frame.file, frame.line, frame.column);
  };
  const focus = (placed: PlacedBlock | undefined): void => {
    if (!placed) return;
    setCurrent(placed.block.id);
    move((before) => panToShow(before, placed, size()));
    svg.current?.querySelector<SVGElement>(`[data-block="${CSS.escape(placed.block.id)}"]`)?.focus();
  };

  useWheel(svg, (event) => {
    const box = svg.current!.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    if (event.ctrlKey || event.metaKey) move((before) => zoomAt(before, at, Math.exp(-event.deltaY * 0.004)));
    else move((before) => pan(before, { x: -event.deltaX, y: -event.deltaY }, layout, size()));
  });
  const drag = useDrag((by) => move((before) => pan(before, by, layout, size())));

  const zoomBy = (factor: number): void => {
    const { width, height } = size();
    move((before) => zoomAt(before, { x: width / 2, y: height / 2 }, factor));
  };
  const showAll = (): void => move(() => fitAll(layout, size()));

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = layout.blocks.findIndex(({ block }) => block.id === current);
    const onBlock = event.target !== svg.current ? layout.blocks[at] : undefined;
    const panKeys: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [0, keyStep],
      ArrowDown: [0, -keyStep],
      ArrowLeft: [keyStep, 0],
      ArrowRight: [-keyStep, 0],
    };
    if (event.key === '+' || event.key === '=') zoomBy(1.25);
    else if (event.key === '-') zoomBy(0.8);
    else if (event.key === '0') showAll();
    else if (onBlock && event.key === 'ArrowDown') focus(layout.blocks[at + 1]);
    else if (onBlock && event.key === 'ArrowUp') focus(layout.blocks[at - 1]);
    else if (onBlock && event.key === 'Enter') reveal(onBlock.block);
    else if (onBlock && event.key === ' ') toggle(onBlock.block);
    else if (onBlock && event.key === 'ArrowRight') !onBlock.expanded && toggle(onBlock.block);
    else if (onBlock && event.key === 'ArrowLeft') onBlock.expanded && toggle(onBlock.block);
    else if (panKeys[event.key]) {
      const [x, y] = panKeys[event.key]!;
      move((before) => pan(before, { x, y }, layout, size()));
    } else return;
    event.preventDefault();
  };

  const tabStop = layout.blocks.some(({ block }) => block.id === current)
    ? current
    : layout.blocks[0]?.block.id;
  const anyOpen = layout.blocks.some((placed) => placed.expanded);
  return (
    <div class="diagram">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a picture */}
      <svg
        ref={svg}
        class="diagram-canvas"
        role="group"
        aria-label={`Architecture of ${model.model}. Arrow keys move, plus and minus zoom, Enter on a block shows its line.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture itself is panned by keys
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={drag.down}
        onPointerMove={drag.move}
        onPointerUp={drag.up}
        onPointerCancel={drag.up}
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path class="edge-arrow" d="M0.5 0.5L7.5 4L0.5 7.5z" />
          </marker>
        </defs>
        <g transform={`translate(${view.left} ${view.top}) scale(${view.zoom})`}>
          {layout.blocks
            .filter((placed) => placed.expanded)
            .map((placed) => (
              <rect
                key={placed.block.id}
                class={placed.depth % 2 === 0 ? 'group-ground' : 'group-ground group-ground-inner'}
                x={placed.x}
                y={placed.y}
                width={placed.width}
                height={placed.height}
                rx={8}
              />
            ))}
          {layout.routes.map((route) => (
            <path
              key={`${route.from} ${route.to} ${route.points[0]!.y}`}
              class={route.kind === 'skip' ? 'edge edge-skip' : 'edge'}
              d={routePath(route.points)}
              marker-end={route.to === exitId ? undefined : 'url(#arrow)'}
            />
          ))}
          {layout.blocks.map((placed) => (
            <BlockShape
              key={placed.block.id}
              placed={placed}
              lit={lit.has(placed.block.id)}
              tabStop={placed.block.id === tabStop}
              onFocus={() => setCurrent(placed.block.id)}
              onReveal={() => !drag.dragged() && reveal(placed.block)}
              onToggle={() => toggle(placed.block)}
            />
          ))}
        </g>
      </svg>
      <div class="diagram-tools" role="toolbar" aria-label="Diagram">
        <Tool icon="zoom-in" label="Zoom in (+)" onPress={() => zoomBy(1.25)} />
        <Tool icon="zoom-out" label="Zoom out (-)" onPress={() => zoomBy(0.8)} />
        <Tool icon="screen-full" label="Show all (0)" onPress={showAll} />
        {anyOpen && (
          <Tool icon="collapse-all" label="Close all blocks" onPress={() => setExpanded(nothing)} />
        )}
      </div>
    </div>
  );
}

function Tool({ icon, label, onPress }: { icon: string; label: string; onPress: () => void }) {
  return (
    <button type="button" class="tool" title={label} aria-label={label} onClick={onPress}>
      <Icon name={icon} />
    </button>
  );
}

/** `preventDefault` needs a listener that is not passive, which JSX cannot ask for. */
function useWheel(target: { current: SVGSVGElement | null }, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel);
  latest.current = onWheel;
  useEffect(() => {
    const element = target.current;
    const listen = (event: WheelEvent): void => {
      event.preventDefault();
      latest.current(event);
    };
    element?.addEventListener('wheel', listen, { passive: false });
    return () => element?.removeEventListener('wheel', listen);
  }, [target]);
}

/** A press that moves further than this is a drag and no click. */
const clickSlack = 4;

function useDrag(onMove: (by: { readonly x: number; readonly y: number }) => void) {
  const state = useRef({ pressed: false, travelled: 0 });
  return {
    dragged: () => state.current.travelled > clickSlack,
    down: (event: PointerEvent): void => {
      if (event.button === 0) state.current = { pressed: true, travelled: 0 };
    },
    move: (event: PointerEvent): void => {
      if (!state.current.pressed) return;
      state.current.travelled += Math.abs(event.movementX) + Math.abs(event.movementY);
      if (state.current.travelled <= clickSlack) return;
      // Captured only now: a captured pointer would take the click away from the block below it.
      (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
      onMove({ x: event.movementX, y: event.movementY });
    },
    up: (): void => {
      state.current.pressed = false;
    },
  };
}
