import type { DialectRegistry } from '../../src/core/dialect/dialect-registry.js';
import { dialects } from '../../src/dialects/index.js';

/** The last frames of a failed stream in one of the package's own dialects. */
export const encodeTerminalError: DialectRegistry['encodeTerminalError'] = (...failed) =>
  dialects.encodeTerminalError(...failed);
