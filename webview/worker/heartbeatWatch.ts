/** @file Notices that nobody has listened for ten minutes: an orphaned panel must not train on for nobody. */

const silence = 10 * 60_000;
const lookEvery = 30_000;

export class HeartbeatWatch {
  private lastBeat = Date.now();
  private silent = false;

  /** Silence under two minutes is normal: hosts restart and windows sleep. */
  constructor(
    private readonly onSilent: () => void,
    private readonly onBack: () => unknown,
  ) {
    setInterval(() => this.look(), lookEvery);
  }

  beat(): void {
    this.lastBeat = Date.now();
    if (!this.silent) return;
    this.silent = false;
    this.onBack();
  }

  private look(): void {
    if (this.silent || Date.now() - this.lastBeat < silence) return;
    this.silent = true;
    this.onSilent();
  }
}
