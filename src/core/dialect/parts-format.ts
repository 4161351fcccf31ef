import type { StreamFormat } from './stream-format.js';
import type { StreamPart } from '../stream-part.js';
import { translate } from './translate.js';

/** For callers in the same process: the parts themselves. A failure errors the Observable. */
export const partsFormat: StreamFormat<StreamPart> = (upstream) =>
  translate(upstream.decoder(), {
    opening: () => [],
    encode: (parts) => parts,
    finish: () => [],
    fail: () => undefined,
  });
