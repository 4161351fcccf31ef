const DATA = 'data: ';

/** The `data` of each frame that Sluice has printed or passed on, in order; frames without any are left out. */
export function sseDataOf(frames: string): string[] {
  return frames
    .split('\n\n')
    .map((frame) =>
      frame
        .split('\n')
        .filter((line) => line.startsWith(DATA))
        .map((line) => line.slice(DATA.length))
        .join('\n'),
    )
    .filter((data) => data !== '');
}
