import { buildIfStale } from '../../scripts/build-if-stale.mjs';
import { announceMissing } from './needs.js';

/** Says once, before the tests, which suites are skipped for want of a program, and builds the service. */
export default function setup(): void {
  announceMissing();
  buildIfStale();
}
