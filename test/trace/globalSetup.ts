/** @file Makes `dist/trace` before the tests, where it is missing or older than its sources. */
import { execFileSync } from 'node:child_process';

export function setup(): void {
  execFileSync(process.execPath, ['src/build/packShim.mjs'], { stdio: 'inherit' });
}
