/** @file A route as SVG path data: right angles get round corners, slanted polylines become smooth. */
import type { Point } from './layout';

const radius = 8;

export function routePath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first || rest.length === 0) return '';
  let path = `M${at(first)}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    const before = points[index]!;
    if (!next) {
      path += `L${at(point)}`;
      return;
    }
    const start = toward(point, before);
    const end = toward(point, next);
    path += `L${at(start)}Q${at(point)} ${at(end)}`;
  });
  return path;
}

/** `radius` away from `corner`, or half the way to `other` where that is nearer. */
function toward(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const share = length === 0 ? 0 : Math.min(radius, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share };
}

function at(point: Point): string {
  return `${round(point.x)} ${round(point.y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
