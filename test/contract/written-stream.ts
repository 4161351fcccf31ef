import type { Usage } from '../../src/core/usage.js';
import type { StreamMetadata, StreamLog, StreamWriter } from '../../src/stream-log/stream-log.js';
import { Gate } from '../support/gate.js';

let started = 0;

/** A card that no other stream has; each is newer than those before. */
export function card(fields: Partial<StreamMetadata> = {}): StreamMetadata {
  started += 1;
  const id = String(started).padStart(32, '0');
  return { id, owner: 'web', dialect: 'native', route: 'r', startedAt: started, ...fields };
}

/** Of more bytes than characters. */
const TEXT = 'ä→🙂';

/** A frame with this number, and text of more bytes than characters. */
export function frame(number: number, text = TEXT): string {
  return `data: {"delta":"${text}"}\nid: s.${number}\n\n`;
}

/** A stream in a log, its producer, and what it has written. */
export class WrittenStream {
  readonly card: StreamMetadata;
  /** Every frame so far. */
  readonly frames: string[] = [];
  /** Each call of its brake. */
  readonly brakes: boolean[] = [];
  /** How often somebody asked for its end. */
  stops = 0;
  /** Resolves when somebody has. */
  readonly stopped: Promise<void>;
  readonly #writer: StreamWriter;

  constructor(
    log: StreamLog,
    fields: Partial<StreamMetadata> = {},
    private readonly text = TEXT,
  ) {
    this.card = card(fields);
    const stopped = new Gate();
    this.stopped = stopped.opened;
    this.#writer = log.begin(this.card, {
      stop: () => {
        this.stops += 1;
        stopped.open();
      },
      setPaused: (on) => void this.brakes.push(on),
    });
  }

  get id(): string {
    return this.card.id;
  }

  /** Appends one entry of so many frames. */
  write(count = 1, as: 'text' | 'bytes' = 'text'): this {
    const added = Array.from({ length: count }, (_, at) => frame(this.frames.length + at, this.text));
    this.frames.push(...added);
    const text = added.join('');
    this.#writer.append(as === 'text' ? text : Buffer.from(text));
    return this;
  }

  end(usage?: Usage): this {
    this.#writer.end(usage);
    return this;
  }

  /** What a reader from this frame on is given. */
  from(number: number): string {
    return this.frames.slice(number).join('');
  }
}
