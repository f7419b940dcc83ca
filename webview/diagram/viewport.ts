/** @file Pan and zoom of the diagram: a pure value, so that keys, wheel, pointer and buttons all mean the same. */
import type { Point } from './layout';

/** Diagram point (x, y) is shown at (x·zoom + left, y·zoom + top), in CSS pixels. */
export interface Viewport {
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const smallest = 0.1;
const largest = 3;
const margin = 20;
/** Below this, text can no longer be read: fitting then keeps the width and lets the height scroll. */
const readable = 0.7;

/** The whole diagram where it stays readable, else its full width from the top. */
export function fitReadable(diagram: Size, window: Size): Viewport {
  const across = (window.width - 2 * margin) / Math.max(1, diagram.width);
  const down = (window.height - 2 * margin) / Math.max(1, diagram.height);
  const zoom = Math.min(1, across, Math.max(down, Math.min(readable, across)));
  const clamped = Math.max(smallest, zoom);
  const top = (window.height - diagram.height * clamped) / 2;
  return { zoom: clamped, left: (window.width - diagram.width * clamped) / 2, top: Math.max(margin, top) };
}

/** The whole diagram, however small that makes it. */
export function fitAll(diagram: Size, window: Size): Viewport {
  const across = (window.width - 2 * margin) / Math.max(1, diagram.width);
  const down = (window.height - 2 * margin) / Math.max(1, diagram.height);
  const zoom = Math.max(smallest, Math.min(1, across, down));
  return {
    zoom,
    left: (window.width - diagram.width * zoom) / 2,
    top: (window.height - diagram.height * zoom) / 2,
  };
}

/** Zooms by `factor`; what lies under `at` (in CSS pixels) stays there. */
export function zoomAt(view: Viewport, at: Point, factor: number): Viewport {
  const zoom = Math.min(largest, Math.max(smallest, view.zoom * factor));
  const ratio = zoom / view.zoom;
  return { zoom, left: at.x - (at.x - view.left) * ratio, top: at.y - (at.y - view.top) * ratio };
}

/** Moves the picture; some of the diagram always stays in the window. */
export function pan(view: Viewport, by: Point, diagram: Size, window: Size): Viewport {
  const rest = 60;
  const within = (value: number, extent: number, room: number): number =>
    Math.min(room - rest, Math.max(rest - extent * view.zoom, value));
  return {
    zoom: view.zoom,
    left: within(view.left + by.x, diagram.width, window.width),
    top: within(view.top + by.y, diagram.height, window.height),
  };
}

/** Pans as little as is needed to show a box that has the focus. */
export function panToShow(view: Viewport, box: Point & Size, window: Size): Viewport {
  const shift = (start: number, extent: number, offset: number, room: number): number => {
    const low = start * view.zoom + offset;
    const high = low + extent * view.zoom;
    if (low < margin) return margin - low;
    if (high > room - margin) return Math.max(room - margin - high, margin - low);
    return 0;
  };
  return {
    zoom: view.zoom,
    left: view.left + shift(box.x, box.width, view.left, window.width),
    top: view.top + shift(box.y, box.height, view.top, window.height),
  };
}
