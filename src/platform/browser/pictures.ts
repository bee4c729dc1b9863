/** @file Images in pages: the browser draws SVG itself, on a canvas. */
import type { Pictures } from '../../core/platform.js';

async function toPng(svg: string, width: number, height: number, ground: string | null = 'white'): Promise<Uint8Array> {
  const image = new Image(width, height);
  image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    await image.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d')!;
    if (ground !== null) {
      context.fillStyle = ground;
      context.fillRect(0, 0, width, height);
    }
    context.drawImage(image, 0, 0, width, height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new RangeError(`the browser makes no image of ${width} x ${height} pixels`);
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

async function toJpeg(
  pixels: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  quality: number,
): Promise<Uint8Array> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality / 100));
  if (blob === null) throw new RangeError(`the browser makes no image of ${width} x ${height} pixels`);
  return new Uint8Array(await blob.arrayBuffer());
}

/** null in workers, which have no images of drawings. */
export const pictures: Pictures | null = typeof document === 'undefined' ? null : { toPng, toJpeg };
