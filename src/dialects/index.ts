import type { Dialect } from '../core/dialect/dialect.js';
import { DialectRegistry } from '../core/dialect/dialect-registry.js';
import { native } from './native/index.js';
import { openaiChat } from './openai-chat/index.js';
import { plainText } from './plain-text/index.js';

/** The wire formats of this package. */
export const builtInDialects: readonly Dialect[] = [native, openaiChat, plainText];

/** These, where a host adds none. */
export const dialects = new DialectRegistry(builtInDialects);
