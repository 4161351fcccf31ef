import { Connection } from '../resume/connection.mjs';
import { numberIn } from '../resume/question.mjs';

/**
 * How one connection of a reader ended. `over`: with the last frame. `left`: the reader went. `gone`: it was told that the
 * frames are not there. `later`: that it should come again. `nothing`: it has all. `wrong`: none of these.
 * @typedef {'over' | 'left' | 'gone' | 'later' | 'nothing' | 'wrong'} Outcome
 */

/**
 * A stream of a sitting.
 * @typedef {object} Record
 * @property {import('../resume/question.mjs').Order} order
 * @property {import('./world.mjs').Place} home the replica that produces it
 * @property {string} id
 * @property {number} startedAt
 * @property {number} limitMs how long it may take at the most
 */

/** @typedef {{ type: 'done' | 'failed', code: string, at: number }} End how a stream ended, and when in the sitting */

/** One that reads a stream over one connection after the other, and sees that each event comes once and in order. */
export class Reader {
  /** The number of the frame that it needs next. */
  next = 0;
  /** The cursor that it has. @type {string | undefined} */
  cursor;
  /** How its stream ended. @type {End | undefined} */
  end;
  /** Frames before the first text. */
  #shift = NaN;

  /**
   * @param {import('./world.mjs').World} world
   * @param {Record} record
   * @param {string} name for messages
   */
  constructor(world, record, name) {
    this.world = world;
    this.record = record;
    this.name = name;
  }

  /** What it is of, in words. */
  get words() {
    const { order, id, home, startedAt } = this.record;
    return `stream ${order.stream} ${id} of ${home} (begun ${(startedAt / 1000).toFixed(1)} s), ${this.name}`;
  }

  /**
   * Takes the position of a reader that has had some frames, without reading them.
   * @param {number} next
   */
  startAt(next) {
    this.next = next;
    if (next > 0) this.cursor = `${this.record.id}.${next - 1}`;
  }

  /**
   * Reads over one connection; it leaves after `leaveMs`.
   * @param {import('./world.mjs').Place} place
   * @param {{ question: Omit<import('../resume/connection.mjs').Question, 'port'>, leaveMs?: number, onHead?: (connection: Connection) => void }} how
   * @returns {Promise<Outcome>}
   */
  async read(place, { question, leaveMs, onHead }) {
    const { world } = this;
    /** @type {{ code: string } | undefined} */
    let told;
    let frames = 0;
    const connection = new Connection({ ...question, port: world.ports[place] }, (frame) => {
      frames += 1;
      const { code = '' } = frame.data;
      if (frame.type === 'failed' && code === 'stream-gone') told = { code };
      else this.#take(frame, code);
    });
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      connection.leave();
    }, this.record.limitMs);
    const leave = leaveMs === undefined ? undefined : setTimeout(() => connection.leave(), leaveMs);
    await connection.headed;
    onHead?.(connection);
    const over = await connection.over;
    clearTimeout(limit);
    clearTimeout(leave);
    world.count('connections');
    world.count('frames checked', frames);
    if (this.end !== undefined) return 'over';
    if (late) return this.#wrong(`hangs at ${place}`);
    if (over.how === 'left') return 'left';
    if (told !== undefined || over.status === 404 || over.status === 410) return 'gone';
    if (over.status === 204) return 'nothing';
    if (over.status === 503) return 'later';
    if (over.status !== 200) return this.#wrong(`${over.status} ${over.error ?? over.text} at ${place}`);
    if (over.how === 'ended' && frames === 0) return 'later';
    // Streams by their id have no frame for what is gone.
    if (over.how === 'broken' && question.path.startsWith('/v1/streams/')) return 'gone';
    return this.#wrong(`${over.how} without a last frame at ${place} ${over.error ?? ''}`);
  }

  /**
   * @param {import('../resume/frames.mjs').NativeFrame} frame
   * @param {string} code
   */
  #take({ id, sequence, type, data }, code) {
    const { order } = this.record;
    if (this.end !== undefined) this.#wrong('a frame after the last one');
    if (this.record.id !== '' && !id.startsWith(`${this.record.id}.`)) this.#wrong(`a frame of ${id}`);
    if (sequence !== this.next) this.#wrong(`frame ${sequence} in place of ${this.next}`);
    this.next = sequence + 1;
    this.cursor = id;
    if (type !== 'delta') {
      this.end = { type, code, at: this.world.now };
      if (type === 'done' && sequence - (Number.isNaN(this.#shift) ? 0 : this.#shift) !== order.events) {
        this.#wrong(`done as frame ${sequence} of a stream with ${order.events} events`);
      }
      return;
    }
    const { delta: text = '' } = data;
    if (text === '' && sequence === 0) return;
    const number = numberIn(order.stream, text);
    if (number === undefined) {
      this.#wrong(`'${text}' in frame ${sequence}`);
      return;
    }
    if (Number.isNaN(this.#shift)) this.#shift = sequence - number;
    if (sequence - number !== this.#shift) this.#wrong(`text ${number} in frame ${sequence}`);
  }

  /**
   * @param {string} what
   * @returns {'wrong'}
   */
  #wrong(what) {
    this.world.violate(`${this.words}: ${what}`);
    return 'wrong';
  }
}
