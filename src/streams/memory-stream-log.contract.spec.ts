import { streamLogContract } from '../../test/contract/stream-log.js';
import { MemoryStreamLog } from './memory-stream-log.js';

const ROOMY = { maxBytesPerStream: 1_000_000, maxBytes: 1_000_000_000, keepSeconds: 300, leaseMs: 6_000 };

streamLogContract('MemoryStreamLog', async () => {
  const log = new MemoryStreamLog({ streamLog: ROOMY });
  return { log, close: async () => log.close() };
});
