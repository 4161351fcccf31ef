import type { ProviderOptions } from '../../../core/prompt.js';

export type Fields = Readonly<Record<string, unknown>>;

/** By this name the words of this dialect stand in `providerOptions`. */
const NAME = 'openai-chat';

/** Fields that only this dialect knows; nothing where there are none. */
export function ownOptions(fields: Fields): { readonly providerOptions?: ProviderOptions } {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return known.length === 0 ? {} : { providerOptions: { [NAME]: Object.fromEntries(known) } };
}

/** What `ownOptions` has put there. */
export function ownFields({ providerOptions }: { readonly providerOptions?: ProviderOptions }): Fields {
  return providerOptions?.[NAME] ?? {};
}

/** The fields that have a value. */
export function present(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
