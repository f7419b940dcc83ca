/** @file From class probabilities to the class of each pixel. */

/**
 * The most probable class of each pixel, lowest index first among equals; with one channel, foreground (1) where
 * its probability is above one half.
 * @param probabilities C×`pixels`
 */
export function classMap(
  probabilities: Float32Array,
  channels: number,
  pixels: number,
): Uint8Array<ArrayBuffer> {
  const classes = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    if (channels === 1) {
      classes[i] = probabilities[i]! > 0.5 ? 1 : 0;
      continue;
    }
    let best = 0;
    for (let c = 1; c < channels; c++) {
      if (probabilities[c * pixels + i]! > probabilities[best * pixels + i]!) best = c;
    }
    classes[i] = best;
  }
  return classes;
}

/** Mean Dice over the foreground classes that occur in either map; 1 where both hold background only. */
export function diceOf(prediction: Uint8Array, truth: Uint8Array, classes: number): number {
  const dices: number[] = [];
  for (let k = 1; k < Math.max(2, classes); k++) {
    let both = 0;
    let either = 0;
    for (let i = 0; i < truth.length; i++) {
      const predicted = prediction[i] === k;
      const actual = truth[i] === k;
      if (predicted && actual) both++;
      either += Number(predicted) + Number(actual);
    }
    if (either > 0) dices.push((2 * both) / either);
  }
  return dices.length ? dices.reduce((a, b) => a + b, 0) / dices.length : 1;
}

/** Index of the largest value; the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** C×H×W in [0, 1], one or three channels, as RGBA bytes. */
export function toRgba(
  image: Float32Array,
  channels: number,
  height: number,
  width: number,
): Uint8Array<ArrayBuffer> {
  const pixels = height * width;
  const rgba = new Uint8Array(pixels * 4);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = Math.round(image[(c % channels) * pixels + i]! * 255);
    rgba[i * 4 + 3] = 255;
  }
  return rgba;
}
