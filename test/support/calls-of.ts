import { expect } from 'vitest';
import { ToolCalls } from '../../src/dialects/openai-chat/chunk/tool-calls.js';

type Called = readonly [id: string | undefined, name: string | undefined, json: string];

/** What the pieces of some deltas come to, by the numbers of their calls. */
export function callsOf(deltas: readonly object[], calls = new ToolCalls()): Called[] {
  const found = new Map<number, { id?: string | undefined; name?: string | undefined; json: string }>();
  for (const delta of deltas) {
    for (const { index, id, name, arguments: json } of calls.read(0, delta)) {
      const known = found.get(index);
      // An id comes once.
      expect([known?.id, id]).toContain(undefined);
      const names = (known?.name ?? '') + (name ?? '');
      found.set(index, {
        id: known?.id ?? id,
        name: names || undefined,
        json: (known?.json ?? '') + (json ?? ''),
      });
    }
  }
  return [...found.values()].map(({ id, name, json }) => [id, name, json]);
}
