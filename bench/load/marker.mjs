/**
 * The marker that each event carries in its content: `~SSSSSSS@TTTTTTTTTTTTTTT~`, the event's number in its
 * stream and the time at which the upstream wrote it, in microseconds of the machine's monotonic clock.
 */
export const MARKER_LENGTH = 25;

/** Microseconds of the monotonic clock, which all processes of a machine share. */
export function nowMicros() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanoseconds / 1e3);
}

/**
 * @param {number} sequence from 0
 * @param {number} micros 0 where the time means nothing
 */
export function printMarker(sequence, micros) {
  return `~${String(sequence).padStart(7, '0')}@${String(micros).padStart(15, '0')}~`;
}

/**
 * Reads the marker at an offset, of which all characters must be there.
 * @param {string} text
 * @param {number} at the offset of its first `~`
 */
export function readMarker(text, at) {
  return { sequence: Number(text.slice(at + 1, at + 8)), micros: Number(text.slice(at + 9, at + 24)) };
}
