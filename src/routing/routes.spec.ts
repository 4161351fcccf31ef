import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../core/sluice-error.js';
import { settingsOf } from '../../test/support/target.js';
import { Routes } from './routes.js';

/** Routes of these names, each to the upstream `a`. */
function routesOf(names: readonly string[], fields: Record<string, unknown> = {}): Routes {
  const route = { targets: [{ upstream: 'a' }], ...fields };
  return new Routes(settingsOf(Object.fromEntries(names.map((name) => [name, route]))));
}

/** The name of the route, or the code of the error. */
function foundBy(routes: Routes, requested: string): string {
  try {
    return routes.find(requested).settings.name;
  } catch (error) {
    return SluiceError.from(error).code;
  }
}

describe('Routes', () => {
  it('finds a wildcard route by an alias too', () => {
    const routes = new Routes(
      settingsOf({ 'gpt-*': { targets: [{ upstream: 'a', model: 'm' }], aliases: ['fast'] } }),
    );
    expect(routes.list().map(({ id }) => id)).toEqual(['fast']);
    expect(routes.find('fast')).toMatchObject({ settings: { name: 'gpt-*' }, targets: [{ name: 'a/m' }] });
  });

  it('passes a name on whole where the wildcard stands for its end, and without its folder', () => {
    const targets = [{ upstream: 'a' }];
    const routes = new Routes(settingsOf({ 'gpt-*': { targets }, 'a/*': { targets } }));
    expect(routes.find('gpt-4').targets).toMatchObject([{ id: 'a/*', name: 'a/gpt-4' }]);
    expect(routes.find('a/gpt-4').targets).toMatchObject([{ id: 'a/*', name: 'a/gpt-4' }]);
  });

  it('finds a route by its name and by its aliases', () => {
    const routes = routesOf(['fast'], { aliases: ['quick'] });
    expect(routes.find('fast').settings.name).toBe('fast');
    expect(routes.find('quick')).toBe(routes.find('fast'));
  });

  it('shares as the route says that a name leads to', () => {
    const targets = [{ upstream: 'a' }];
    const routes = new Routes(
      settingsOf({ 'gpt-*': { targets, share: true }, 'gpt-4': { targets }, fast: { targets, share: true } }),
    );
    const requested = ['gpt-5', 'gpt-4', 'fast', 'nowhere', undefined];
    expect(requested.map((name) => routes.sharesOf(name))).toEqual([true, false, true, false, false]);
  });

  it.each([
    ['gpt-4', 'gpt-4'],
    ['gpt-4-mini', 'gpt-4-*'],
    ['gpt-5', 'gpt-*'],
    ['llama', '*'],
    ['gpt', '*'],
  ])('finds for %s the route %s: the exact one, then the longest beginning, then all', (requested, found) => {
    for (const names of [
      ['*', 'gpt-*', 'gpt-4-*', 'gpt-4'],
      ['gpt-4', 'gpt-4-*', 'gpt-*', '*'],
    ]) {
      expect(routesOf(names).find(requested).settings.name).toBe(found);
    }
  });

  it('finds no wildcard for a name that ends where its beginning ends', () => {
    expect(() => routesOf(['gpt-*']).find('gpt-')).toThrow('GET /v1/models');
  });

  it('refuses a name that no route takes, without repeating it', () => {
    const routes = routesOf(['fast', 'gpt-*']);
    const find = () => routes.find('<b>slow</b>');
    expect(find).toThrow(expect.objectContaining({ code: 'model-not-found', status: 404 }) as Error);
    expect(find).not.toThrow('slow');
  });

  it('takes the default route where the request names no model', () => {
    expect(routesOf(['*', 'fast']).find(undefined).settings.name).toBe('fast');
  });

  it('refuses a request without a model where there is no default', () => {
    const routes = routesOf(['*']);
    const find = () => routes.find(undefined);
    expect(find).toThrow(expect.objectContaining({ code: 'invalid-request', status: 400 }) as Error);
    expect(find).toThrow("Missing 'model'");
  });

  it("asks for the target's model, and without one for the route's name, whatever alias was named", () => {
    const targets = [{ upstream: 'a', model: 'm', weight: 3 }, { upstream: 'b' }];
    const found = routesOf(['fast'], { aliases: ['quick'], targets }).find('quick').targets;
    expect(found.map(({ id, name, model, weight }) => [id, name, model, weight])).toEqual([
      ['a/m', 'a/m', 'm', 3],
      ['b/fast', 'b/fast', 'fast', 1],
    ]);
  });

  it('asks behind * for what the caller named, and counts all of it as one target', () => {
    const [target] = routesOf(['*']).find('llama').targets;
    expect(target).toMatchObject({ model: 'llama', name: 'a/llama', id: 'a/*' });
  });

  it('asks behind a beginning for what the caller named after it', () => {
    const [target] = routesOf(['local/*']).find('local/llama').targets;
    expect(target).toMatchObject({ model: 'llama', name: 'a/llama', id: 'a/*' });
  });

  it("asks behind a wildcard for the target's model where it has one", () => {
    const [target] = routesOf(['*'], { targets: [{ upstream: 'a', model: 'm' }] }).find('llama').targets;
    expect(target).toMatchObject({ model: 'm', name: 'a/m', id: 'a/m' });
  });

  it('lists names and aliases with the upstream of the first target, and no wildcard', () => {
    const routes = new Routes(
      settingsOf({
        fast: { targets: [{ upstream: 'b' }, { upstream: 'a' }], aliases: ['quick'] },
        'gpt-*': { targets: [{ upstream: 'a' }] },
        '*': { targets: [{ upstream: 'a' }] },
      }),
    );
    expect(routes.list().map(({ id, upstream }) => [id, upstream])).toEqual([
      ['fast', 'b'],
      ['quick', 'b'],
    ]);
  });

  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 4 });

  it('finds the longest beginning among any, in any order', () => {
    const pattern = fc.oneof(
      name,
      name.map((beginning) => `${beginning}*`),
    );
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { minLength: 1, maxLength: 8 }), name, (names, requested) => {
        const takes = (pattern_: string) =>
          pattern_ === requested ||
          (pattern_.endsWith('*') &&
            requested.startsWith(pattern_.slice(0, -1)) &&
            requested.length >= pattern_.length);
        const best = names.includes(requested)
          ? requested
          : names.filter(takes).toSorted((one, other) => other.length - one.length)[0];
        expect(foundBy(routesOf(names), requested)).toBe(best ?? 'model-not-found');
      }),
      { numRuns: 300 },
    );
  });
});
