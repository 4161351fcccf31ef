import { defineConfig } from 'vitest/config';

const REDIS_UNITS = ['src/stream-log/redis/**/*.spec.ts', 'src/resumable/stream-producer-redis.spec.ts'];

/** A project of suites over sockets, which may need programs and the built service. */
const overSockets = (name: string, include: string[], isolate = true) => ({
  test: {
    name,
    isolate,
    include,
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});

export default defineConfig({
  test: {
    // Most of a test's time is waiting for sockets and processes.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          isolate: false,
          include: ['src/**/*.spec.ts', 'bench/**/*.spec.mjs'],
          exclude: REDIS_UNITS,
          // Properties are tried with hundreds of stories, which takes a busy machine some seconds.
          testTimeout: 20_000,
        },
      },
      overSockets('promises', ['test/promises/**/*.spec.ts'], false),
      overSockets('redis', ['test/redis/**/*.spec.ts', ...REDIS_UNITS]),
      overSockets('processes', ['test/processes/**/*.spec.ts']),
      overSockets('stress', ['test/stress/**/*.spec.ts']),
      overSockets('clients', ['test/clients/**/*.spec.ts']),
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.spec.ts'],
          testTimeout: 60_000,
          hookTimeout: 30_000,
        },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/**/*.spec.ts'] },
  },
});
