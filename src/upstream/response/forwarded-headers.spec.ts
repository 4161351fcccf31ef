import { describe, expect, it } from 'vitest';
import { forwardedHeaders } from './forwarded-headers.js';

describe('forwardedHeaders', () => {
  it('passes on what helps a caller, and nothing of the operator’s account or connection', () => {
    const passed = {
      'x-request-id': 'req_1',
      'openai-processing-ms': '12',
      'openai-version': '2020-10-01',
      'x-ratelimit-remaining-tokens': '9',
    };
    const retained = {
      'openai-organization': 'org-acme',
      'openai-project': 'proj_1',
      'set-cookie': ['a=b'],
      'content-length': '7',
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
      'x-request-id-of-another': '1',
      server: 'nginx',
    };
    expect(forwardedHeaders({ ...passed, ...retained })).toEqual(passed);
  });
});
