import { streamLogContract } from '../../../test/contract/stream-log.js';
import { MemoryStreamLog } from './memory-stream-log.js';

streamLogContract('MemoryStreamLog', async (streamLog) => {
  const log = new MemoryStreamLog({ streamLog });
  return { log, close: () => log.close() };
});
