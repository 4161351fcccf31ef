/** Events of the OpenAI dialect, one for each payload, as the bytes of one write. */
export function inOneWrite(...payloads: readonly object[]): string {
  return payloads.map((payload) => `data: ${JSON.stringify(payload)}\n\n`).join('');
}

/** A chunk that says something, with fields beside its choices. */
export function says(content: string, fields: object = {}): object {
  return { id: 'x', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...fields };
}

/** A chunk that finishes one of the choices. */
export function finishes(index: number, reason = 'stop'): object {
  return { id: 'x', choices: [{ index, delta: {}, finish_reason: reason }] };
}

/** What an upstream reports inside its 200. */
export const OVERLOADED = { error: { message: 'overloaded', type: 'server_error' } };
