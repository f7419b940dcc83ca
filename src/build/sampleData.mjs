/**
 * @file Draws the images of media/sample, the same ones at every run:
 *
 *     node src/build/sampleData.mjs
 *
 * cells: bright nuclei on an unevenly lit ground, some touching, with noise and faint debris that is no nucleus.
 * shapes: a bright circle, square or triangle on a dark ground, both of any colour.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { inRepository } from './repository.mjs';

const CELL_IMAGES = 24;
const SHAPES_A_CLASS = 20;

/** Mulberry32 by Tommy Ettinger: small, and the same on every machine. */
class Random {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed;
  }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @param {number} low @param {number} high */
  between(low, high) {
    return low + (high - low) * this.next();
  }

  /** Nearly normal, mean 0 and deviation 1: the sum of four uniform numbers. */
  normal() {
    return (this.next() + this.next() + this.next() + this.next() - 2) * Math.sqrt(3);
  }
}

/**
 * @typedef {{ x: number, y: number, a: number, b: number, angle: number, brightness: number }} Ellipse
 */

/**
 * How far inside an ellipse a point is: above 1 outside, 0 at the middle.
 * @param {Ellipse} cell @param {number} x @param {number} y
 */
function reach(cell, x, y) {
  const dx = x - cell.x;
  const dy = y - cell.y;
  const u = dx * Math.cos(cell.angle) + dy * Math.sin(cell.angle);
  const v = dy * Math.cos(cell.angle) - dx * Math.sin(cell.angle);
  return Math.hypot(u / cell.a, v / cell.b);
}

/** 1 inside, 0 outside, falling over `blur` around `edge`. @param {number} value @param {number} edge @param {number} blur */
function soft(value, edge, blur) {
  return 1 / (1 + Math.exp((value - edge) / blur));
}

/** @param {Random} random @param {number} width @param {number} height @returns {Ellipse} */
function randomCell(random, width, height) {
  const a = random.between(5.5, 9.5);
  return {
    x: random.between(2, width - 2),
    y: random.between(2, height - 2),
    a,
    b: a * random.between(0.65, 1),
    angle: random.between(0, Math.PI),
    brightness: random.between(55, 120),
  };
}

/** @param {Random} random @param {number} width @param {number} height */
function drawCells(random, width, height) {
  /** @type {Ellipse[]} */
  const cells = [];
  const wanted = Math.round(random.between(5, 11));
  for (let attempt = 0; cells.length < wanted && attempt < 300; attempt++) {
    const cell = randomCell(random, width, height);
    const last = cells.at(-1);
    if (last && random.next() < 0.35) {
      // A neighbour that touches the last one.
      const direction = random.between(0, 2 * Math.PI);
      const distance = (last.a + last.b + cell.a + cell.b) / 2 - 1;
      cell.x = last.x + distance * Math.cos(direction);
      cell.y = last.y + distance * Math.sin(direction);
    }
    const isApart = cells.every(
      (other) => Math.hypot(other.x - cell.x, other.y - cell.y) > 0.8 * (other.b + cell.b),
    );
    if (isApart && cell.x > 0 && cell.y > 0 && cell.x < width && cell.y < height) cells.push(cell);
  }
  const debris = Array.from({ length: 4 }, () => ({
    ...randomCell(random, width, height),
    brightness: random.between(8, 18),
  }));
  const light = {
    angle: random.between(0, 2 * Math.PI),
    strength: random.between(10, 45),
    base: random.between(25, 60),
  };
  const image = new Uint8Array(width * height);
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = (x / width - 0.5) * Math.cos(light.angle) + (y / height - 0.5) * Math.sin(light.angle);
      let value = light.base + light.strength * along;
      for (const spot of debris) value += spot.brightness * soft(reach(spot, x, y), 1, 0.35);
      for (const cell of cells) {
        const inside = reach(cell, x, y);
        const texture = 1 + 0.12 * Math.sin(x * 0.9 + cell.x) * Math.cos(y * 0.8 + cell.y);
        value += cell.brightness * texture * soft(inside, 1, 0.07) * (1 + 0.35 * along);
        if (inside <= 1) mask[y * width + x] = 255;
      }
      image[y * width + x] = Math.min(Math.max(Math.round(value + 6 * random.normal()), 0), 255);
    }
  }
  return { image, mask };
}

/** @type {Record<string, (u: number, v: number) => boolean>} Points of a shape of radius 1 around the origin. */
const SHAPES = {
  circle: (u, v) => Math.hypot(u, v) <= 1,
  square: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 0.85,
  triangle: (u, v) => v <= 0.6 && v >= -1 + Math.abs(u) * 1.65,
};

/** @param {Random} random @param {(u: number, v: number) => boolean} contains @param {number} size */
function drawShape(random, contains, size) {
  const color = (/** @type {number} */ low, /** @type {number} */ high) =>
    [0, 1, 2].map(() => random.between(low, high));
  const ground = color(15, 90);
  const ink = color(130, 240);
  const radius = random.between(9, 13);
  const angle = random.between(-0.25, 0.25);
  const middle = { x: random.between(radius, size - radius), y: random.between(radius, size - radius) };
  const data = new Uint8Array(size * size * 3);
  const samples = [0.25, 0.75];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let covered = 0;
      for (const sy of samples) {
        for (const sx of samples) {
          const dx = (x + sx - middle.x) / radius;
          const dy = (y + sy - middle.y) / radius;
          const u = dx * Math.cos(angle) + dy * Math.sin(angle);
          const v = dy * Math.cos(angle) - dx * Math.sin(angle);
          if (contains(u, v)) covered += 0.25;
        }
      }
      for (let channel = 0; channel < 3; channel++) {
        const value =
          (ink[channel] ?? 0) * covered + (ground[channel] ?? 0) * (1 - covered) + 5 * random.normal();
        data[(y * size + x) * 3 + channel] = Math.min(Math.max(Math.round(value), 0), 255);
      }
    }
  }
  return data;
}

/** @param {string[]} path @param {number} width @param {number} height @param {number} channels @param {Uint8Array} data */
function save(path, width, height, channels, data) {
  const file = inRepository('media', 'sample', ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, encode({ width, height, channels, depth: 8, data }, { zlib: { level: 9 } }));
}

for (const folder of ['cells', 'shapes'])
  rmSync(inRepository('media', 'sample', folder), { recursive: true, force: true });

for (let index = 1; index <= CELL_IMAGES; index++) {
  const random = new Random(1000 + index);
  const [width, height] = index % 4 === 0 ? [80, 64] : [96, 96];
  const { image, mask } = drawCells(random, width, height);
  const name = `cell_${String(index).padStart(2, '0')}.png`;
  save([join('cells', 'images'), name], width, height, 1, image);
  save([join('cells', 'masks'), name], width, height, 1, mask);
}

Object.entries(SHAPES).forEach(([name, contains], label) => {
  for (let index = 1; index <= SHAPES_A_CLASS; index++) {
    const random = new Random(10_000 * (label + 1) + index);
    const file = `${name}_${String(index).padStart(2, '0')}.png`;
    save(['shapes', name, file], 32, 32, 3, drawShape(random, contains, 32));
  }
});
