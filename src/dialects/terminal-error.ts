import type { SluiceError } from '../core/sluice-error.js';
import { encodeErrorFrame } from './openai-chat/errors/encode-error.js';
import { nativeEncoder } from './native/native-format.js';

/** The frame with which a stream ends that failed, by the name of its callers' dialect. */
export function encodeTerminalError(
  { id, dialect }: { readonly id: string; readonly dialect: 'native' | 'openai-chat' },
  number: number,
  error: SluiceError,
): string {
  if (dialect === 'openai-chat') return encodeErrorFrame(error);
  return nativeEncoder(id, { next: number }).fail(error)?.join('') ?? '';
}
