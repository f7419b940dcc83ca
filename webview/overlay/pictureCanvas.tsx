/** @file A picture of RGBA bytes on a 2D canvas (a WebGPU canvas stays blank where there is no compositor for it). */
import { useLayoutEffect, useRef } from 'preact/hooks';

interface PictureCanvasProps {
  readonly width: number;
  readonly height: number;
  /** width×height×4. */
  readonly rgba: Uint8Array<ArrayBuffer>;
  readonly label: string;
}

export function PictureCanvas({ width, height, rgba, label }: PictureCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const pixels = new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, width * height * 4);
    canvas.current?.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [rgba, width, height]);
  // Few pixels shown large are drawn as the squares they are.
  const kind = Math.max(width, height) <= 96 ? 'picture picture-small' : 'picture';
  return <canvas class={kind} ref={canvas} width={width} height={height} role="img" aria-label={label} />;
}
