/** @file An image under its predicted mask: three ways to look, an opacity, and how much of it each class covers. */
import { useMemo, useState } from 'preact/hooks';
import { overlayMask } from '../../src/core/image/overlay';
import { classColor } from '../../src/core/image/palette';
import type { PinnedPreview } from '../../src/core/runs/run';
import { cssColor } from '../overlay/cssColor';
import { classShares, maskPicture } from '../overlay/maskPicture';
import { PictureCanvas } from '../overlay/pictureCanvas';
import { formatShare } from '../parts/formatNumber';

interface MaskPreviewProps {
  readonly preview: PinnedPreview;
  readonly classes: readonly string[];
}

const looks = [
  { id: 'overlay', label: 'Overlay' },
  { id: 'image', label: 'Image' },
  { id: 'mask', label: 'Mask' },
] as const;

type Look = (typeof looks)[number]['id'];

export function MaskPreview({ preview, classes }: MaskPreviewProps) {
  const [look, setLook] = useState<Look>('overlay');
  const [opacity, setOpacity] = useState(0.45);
  const { width, height, image, prediction, sample } = preview;
  const mask = prediction ?? emptyMask;
  const rgba = useMemo(() => {
    if (look === 'image' || mask.length === 0) return image;
    return look === 'mask' ? maskPicture(mask) : overlayMask(image, mask, width, opacity);
  }, [look, opacity, image, mask, width]);
  const shares = useMemo(() => classShares(mask, classes.length), [mask, classes]);
  return (
    <>
      <div class="preview-tools">
        <div class="segmented" role="radiogroup" aria-label="What is shown">
          {looks.map(({ id, label }) => (
            <label key={id} class={look === id ? 'segment segment-on' : 'segment'}>
              <input type="radio" name="look" checked={look === id} onChange={() => setLook(id)} />
              {label}
            </label>
          ))}
        </div>
        <label class="opacity">
          <span class="muted">Opacity</span>
          <input
            type="range"
            min={0}
            max={100}
            value={Math.round(opacity * 100)}
            disabled={look !== 'overlay'}
            onInput={(event) => setOpacity(Number(event.currentTarget.value) / 100)}
          />
          <span class="opacity-value">{Math.round(opacity * 100)} %</span>
        </label>
      </div>
      <div class="preview-picture">
        <PictureCanvas width={width} height={height} rgba={rgba} label={`${look} of ${sample}`} />
      </div>
      <ul class="shares" aria-label="Share of the image by class">
        {classes.map((name, index) => (
          <li key={name}>
            <span
              class={index === 0 ? 'key-color key-background' : 'key-color'}
              style={{ background: index === 0 ? 'transparent' : cssColor(classColor(index)) }}
            />
            {name} <b>{formatShare(shares[index] ?? 0)}</b>
          </li>
        ))}
        <li class="muted">
          {width} × {height} px
        </li>
      </ul>
    </>
  );
}

const emptyMask = new Uint8Array(0);
