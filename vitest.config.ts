import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most of a test's time is waiting for sockets and processes.
    maxWorkers: 3,
    projects: [
      // Properties are tried with hundreds of stories, which takes a busy machine some seconds.
      { test: { name: 'unit', include: ['src/**/*.spec.ts', 'bench/**/*.spec.mjs'], testTimeout: 20_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/{e2e,clients}/**/*.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
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
