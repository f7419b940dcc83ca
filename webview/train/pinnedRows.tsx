/** @file The pinned validation images: image, truth, prediction and error in a row, at any step of the run so far. */
import { useMemo, useState } from 'preact/hooks';
import { overlayMask } from '../../src/core/image/overlay';
import type { PinnedPreview } from '../../src/core/runs/run';
import { cssColor } from '../overlay/cssColor';
import { errorColors, errorPicture, maskPicture } from '../overlay/maskPicture';
import { PictureCanvas } from '../overlay/pictureCanvas';
import { formatMetric, formatShare } from '../parts/formatNumber';
import type { PinnedFrame } from '../state/pinnedHistory';

interface PinnedRowsProps {
  readonly frames: readonly PinnedFrame[];
  readonly classes: readonly string[];
}

export function PinnedRows({ frames, classes }: PinnedRowsProps) {
  /** null follows the run. */
  const [chosenStep, setChosenStep] = useState<number | null>(null);
  const latest = frames.at(-1);
  if (!latest) return null;
  const found = chosenStep === null ? -1 : frames.findIndex((frame) => frame.step >= chosenStep);
  const at = found === -1 ? frames.length - 1 : found;
  const frame = frames[at]!;
  const masks = latest.previews.some((preview) => preview.prediction !== null);
  const choose = (index: number): void =>
    setChosenStep(index >= frames.length - 1 ? null : (frames[index]?.step ?? null));
  return (
    <section class="pinned" aria-label="Validation images">
      <div class="time-slider">
        <span class="muted">Predictions at</span>
        <input
          type="range"
          min={0}
          max={frames.length - 1}
          value={at}
          disabled={frames.length < 2}
          aria-label="Step of the predictions"
          aria-valuetext={`step ${frame.step}, epoch ${frame.epoch}`}
          onInput={(event) => choose(Number(event.currentTarget.value))}
        />
        <span class="time-slider-value">
          step {frame.step} <span class="muted">· epoch {frame.epoch}</span>
        </span>
      </div>
      {masks ? (
        <MaskRows previews={frame.previews} />
      ) : (
        <ClassCards previews={frame.previews} classes={classes} />
      )}
    </section>
  );
}

function MaskRows({ previews }: { readonly previews: readonly PinnedPreview[] }) {
  return (
    <table class="pinned-table">
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col">Truth</th>
          <th scope="col">Prediction</th>
          <th scope="col">
            Error
            <span class="keys">
              <Key color={cssColor(errorColors.extra)} label="extra" />
              <Key color={cssColor(errorColors.missed)} label="missed" />
            </span>
          </th>
          <th scope="col" class="pinned-score">
            Dice
          </th>
        </tr>
      </thead>
      <tbody>
        {previews.map((preview) => (
          <MaskRow key={preview.sample} preview={preview} />
        ))}
      </tbody>
    </table>
  );
}

function MaskRow({ preview }: { readonly preview: PinnedPreview }) {
  const { width, height, image, truth, prediction, sample, score } = preview;
  const truthPicture = useMemo(() => truth && maskPicture(truth), [truth]);
  const overlay = useMemo(
    () => prediction && overlayMask(image, prediction, width),
    [image, prediction, width],
  );
  const error = useMemo(() => prediction && truth && errorPicture(prediction, truth), [prediction, truth]);
  const cell = (rgba: Uint8Array<ArrayBuffer> | null, label: string) => (
    <td>
      {rgba && <PictureCanvas width={width} height={height} rgba={rgba} label={`${label} of ${sample}`} />}
    </td>
  );
  return (
    <tr title={sample}>
      {cell(image, 'Image')}
      {cell(truthPicture, 'True mask')}
      {cell(overlay, 'Predicted mask')}
      {cell(error, 'Errors')}
      <td class="pinned-score">{formatMetric(score)}</td>
    </tr>
  );
}

function ClassCards({ previews, classes }: PinnedClassProps) {
  const name = (index: number | null): string =>
    index === null ? '–' : (classes[index] ?? `class ${index}`);
  return (
    <div class="class-cards">
      {previews.map((preview) => {
        const right = preview.predictedClass === preview.trueClass;
        const { width, height, image, sample } = preview;
        return (
          <div class="class-card" key={sample} title={sample}>
            <PictureCanvas width={width} height={height} rgba={image} label={`Image ${sample}`} />
            <div class={right ? 'class-right' : 'class-wrong'}>
              <span class={`codicon codicon-${right ? 'check' : 'close'}`} aria-hidden="true" />{' '}
              {name(preview.predictedClass)} <b>{formatShare(preview.score)}</b>
            </div>
            <div class="muted">{right ? 'correct' : `is ${name(preview.trueClass)}`}</div>
          </div>
        );
      })}
    </div>
  );
}

interface PinnedClassProps {
  readonly previews: readonly PinnedPreview[];
  readonly classes: readonly string[];
}

function Key({ color, label }: { readonly color: string; readonly label: string }) {
  return (
    <span class="key">
      <span class="key-color" style={{ background: color }} /> {label}
    </span>
  );
}
