import { describe, expect, it } from 'vitest';
import { openaiChatUpstream } from '../dialects/openai-chat/index.js';
import { ConfigurationError } from './configuration-error.js';
import { CurrentSettings } from './current-settings.js';

const upstreams = { a: { baseUrl: 'http://a.invalid' } };
const mine = { name: 'mine', upstream: { ...openaiChatUpstream, name: 'mine' } };
const settingsWith = (options: object) => new CurrentSettings({ upstreams, ...options });

describe('the option dialects', () => {
  it('adds names to those that upstreams may have', () => {
    const settings = settingsWith({
      dialects: [mine],
      upstreams: { a: { ...upstreams.a, dialect: 'mine' } },
    });
    expect(settings.dialects.upstream('mine').name).toBe('mine');
    expect(settings.upstreams.get('a')?.dialect).toBe('mine');
  });

  it.each<[string, unknown, string]>([
    ['what has no functions, as all that a file says', { name: 'mine', caller: {} }, 'dialects.0 must be'],
    ['what has no face', { name: 'mine' }, 'dialects.0 must be'],
    ['what has no name', { upstream: mine.upstream }, 'dialects.0 must be'],
    [
      'a name that is taken',
      { ...mine, name: 'native', upstream: { ...mine.upstream, name: 'native' } },
      'dialects: ',
    ],
    ['a face of another name', { ...mine, name: 'other' }, 'dialects: '],
  ])('refuses %s', (_, dialect, problem) => {
    const read = () => settingsWith({ dialects: [dialect] });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(problem);
  });

  it('holds from the start: replaced options bring no other dialects', () => {
    const settings = settingsWith({});
    const late = { dialects: [mine], upstreams: { a: { ...upstreams.a, dialect: 'mine' } } };
    expect(() => settings.replace(late)).toThrow('upstreams.a.dialect is none of openai-chat');
    expect(settings.upstreams.get('a')?.dialect).toBe('openai-chat');
  });
});
