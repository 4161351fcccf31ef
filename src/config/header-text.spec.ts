import { describe, expect, it } from 'vitest';
import { presentableKey } from './header-text.js';
import { readSettings } from './read-settings.js';

const withCaller = (key: string) =>
  readSettings({ upstreams: { main: { baseUrl: 'http://main' } }, callers: [{ name: 'web', key }] });

describe('the key of a caller', () => {
  it.each(['caller-key-1', 'a key with blanks', 'clé-de-été'])('may be %j', (key) => {
    expect(withCaller(key).callers).toHaveLength(1);
    expect(presentableKey.parse(key)).toBe(key);
  });

  it.each(['secret\nkey', 'secret-key\r', 'secret\u0000key', 'secret-☃-key', 'secret\u007fkey'])(
    'is refused with a character that nobody can send: %j',
    (key) => {
      expect(() => withCaller(key)).toThrow(
        /callers\.0\.key holds a character that HTTP headers cannot carry/,
      );
      expect(() => withCaller(key)).not.toThrow(/secret/);
    },
  );

  it.each([' secret-key', 'secret-key ', '\tsecret-key'])('is refused with a blank at an end: %j', (key) => {
    expect(() => withCaller(key)).toThrow('callers.0.key begins or ends with a blank');
  });

  it('has 8 characters or more', () => {
    expect(() => withCaller('secret1')).toThrow('callers.0.key ');
  });
});
