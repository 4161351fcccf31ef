import { describe, expect, it } from 'vitest';
import { refuseUntrue } from './refuse-untrue.js';

const INVALID = expect.objectContaining({ code: 'invalid-request' });
const refusing = (json: string, known: boolean) => () =>
  refuseUntrue(JSON.parse(json), known ? json : undefined);

describe('refuseUntrue', () => {
  it.each([
    '{"model":"a","model":"b"}',
    String.raw`{"stream":true,"str\u0065am":false}`,
    '{"x":1,"y":2,"x":1}',
  ])('refuses a name that stands twice in the text: %s', (json) =>
    expect(refusing(json, true)).toThrow(INVALID),
  );

  it.each([
    '{"seed":9007199254740993}',
    '{"a":[{"b":-1e400}]}',
    '{"max":9223372036854775807}',
    '{"x":1e300}',
  ])('refuses a number that may not be what the caller wrote, where the text is not known: %s', (json) => {
    expect(refusing(json, false)).toThrow(INVALID);
    expect(refusing(json, true)).not.toThrow();
  });

  it.each(['{"a":9007199254740991,"b":1.0,"c":-0.5,"d":1e-400,"e":[{"a":1},{"a":2}]}', '{}'])(
    'takes %s',
    (json) => {
      expect(refusing(json, false)).not.toThrow();
      expect(refusing(json, true)).not.toThrow();
    },
  );

  it('names no value', () => {
    expect(refusing('{"a":12345678901234567890}', false)).not.toThrow(/12345/);
  });

  it.each([
    [10_000, true],
    [10_000, false],
    [300, true],
    [300, false],
  ])('refuses what is nested %d deep, with its text known: %j', (levels, isKnown) => {
    const json = `{"metadata":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(refusing(json, isKnown)).toThrow(/nested too deeply/);
  });

  it('repeats only the beginning of a long name', () => {
    const name = 'x'.repeat(10_000);
    const problem = `it has '${name.slice(0, 64)}' twice`;
    expect(refusing(`{"${name}":1,"${name}":2}`, true)).toThrow(new RegExp(problem));
  });
});
