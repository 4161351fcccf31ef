import { announceMissing } from './needs.js';

/** Says once, before the tests, which suites are skipped for want of a program. */
export default function setup(): void {
  announceMissing();
}
