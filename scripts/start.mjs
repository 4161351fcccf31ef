// Starts the service, and builds it first if the build is missing or older than the source.
import { buildIfStale } from './build-if-stale.mjs';

buildIfStale();
await import(new URL('../dist/service/main.js', import.meta.url));
