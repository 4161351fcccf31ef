import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../test/support/target.js';
import type { ChatRequest } from '../../core/chat-request.js';
import type { CallOptions } from '../../core/prompt.js';
import { Routes } from '../../routing/routes.js';
import { planContinuation } from './continuation-plan.js';

const PARTIAL_TEXT = { text: 'one two', tokens: 2, isPlainText: true, head: {} };
const requested = (options: CallOptions = {}): ChatRequest => ({
  messages: [{ role: 'user', content: 'Count' }],
  ...options,
});
const routeOf = (...able: readonly string[]) => {
  const targets = ['a', 'b', 'c'].map((upstream) => ({
    upstream,
    model: 'm',
    continues: able.includes(upstream),
  }));
  return new Routes(settingsOf({ r: { targets } })).find('r');
};

describe('the way on', () => {
  it('leads to those that can continue, in their order, with what was said as the last thing', () => {
    const way = planContinuation(routeOf('b', 'c'), requested({ maxOutputTokens: 5 }), PARTIAL_TEXT);
    expect(way?.route.targets.map(({ name }) => name)).toEqual(['b/m', 'c/m']);
    expect(way?.request).toMatchObject({
      source: {
        body: { messages: [{ role: 'user' }, { role: 'assistant', content: 'one two' }], max_tokens: 3 },
      },
    });
  });

  it('does not lead back to the one that was cut', () => {
    const route = routeOf('a', 'b');
    const way = planContinuation(route, requested(), PARTIAL_TEXT, route.targets[0]);
    expect(way?.route.targets.map(({ name }) => name)).toEqual(['b/m']);
  });

  it('leads only to targets of the dialect that continues, which would begin a new answer else', () => {
    const { settings, targets } = routeOf('a', 'b', 'c');
    const [first, ...others] = targets.map((target, at) =>
      at === 1 ? { ...target, dialect: { ...target.dialect, continuation: undefined } } : target,
    );
    const route = { settings, targets: [first, ...others].filter((target) => target !== undefined) };
    const plan = planContinuation(route, requested(), PARTIAL_TEXT);
    expect(plan?.route.targets.map(({ name }) => name)).toEqual(['a/m', 'c/m']);
    expect(planContinuation({ settings, targets: others }, requested(), PARTIAL_TEXT)?.route.targets).toEqual(
      others.slice(1),
    );
  });

  it.each<[string, readonly string[], CallOptions]>([
    ['no target can', [], {}],
    ['only the one that broke off could', ['a'], {}],
    ['nothing may be said any more', ['a', 'b'], { maxOutputTokens: 2 }],
  ])('is none where %s', (_, able, options) => {
    const route = routeOf(...able);
    expect(planContinuation(route, requested(options), PARTIAL_TEXT, route.targets[0])).toBeUndefined();
  });
});
