/** @file A classified image beside its five likeliest classes. */
import type { Prediction } from '../../src/engine/messages';
import { PictureCanvas } from '../overlay/pictureCanvas';
import { formatShare } from '../parts/formatNumber';

interface ClassBarsProps {
  readonly prediction: Prediction;
  readonly classes: readonly string[];
}

const shownClasses = 5;

export function ClassBars({ prediction, classes }: ClassBarsProps) {
  const { preview } = prediction;
  const likeliest = (prediction.probabilities ?? [])
    .map((probability, index) => ({ probability, name: classes[index] ?? `class ${index}` }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, shownClasses);
  return (
    <div class="class-preview">
      <div class="preview-picture">
        <PictureCanvas
          width={preview.width}
          height={preview.height}
          rgba={preview.image}
          label={preview.sample}
        />
      </div>
      <ol class="class-bars" aria-label="Likeliest classes">
        {likeliest.map(({ name, probability }, index) => (
          <li key={name} class={index === 0 ? 'class-bar class-bar-first' : 'class-bar'}>
            <span class="class-bar-name">{name}</span>
            <span class="class-bar-track">
              <span class="class-bar-fill" style={{ transform: `scaleX(${probability})` }} />
            </span>
            <span class="class-bar-value">{formatShare(probability)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
