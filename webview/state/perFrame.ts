/** @file Drawing happens once a frame at most, and not at all while nobody can see it. */

/** Any number of calls before the next animation frame make one call of `draw`. */
export function perFrame(draw: () => void): () => void {
  let pending = false;
  return () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      draw();
    });
  };
}
