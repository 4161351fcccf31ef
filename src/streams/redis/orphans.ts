import { SluiceError } from '../../core/sluice-error.js';
import type { StreamCard, Heir, Succession } from '../stream-log.js';
import { openingId, PRODUCED, type Entry } from './entry.js';
import type { Meta } from './meta.js';
import type { Before } from './outbox.js';
import type { Owners } from './owners.js';
import type { OwnStreams } from './own-streams.js';
import { isFence, type LastFrameEncoder, type StreamShelf } from './stream-shelf.js';

/** What it takes to see to them. */
export interface OrphansOptions {
  readonly replica: string;
  readonly shelf: StreamShelf;
  readonly owners: Owners;
  readonly own: OwnStreams;
  readonly encodeLastFrame: LastFrameEncoder;
}

/** Finds the streams whose producer is dead a next one, or an end: Redis lets one replica do so for each. */
export class Orphans {
  /** Goes on with them, where that may be. */
  heir: Heir | undefined;
  /** Those that are being seen to. */
  readonly #inHand = new Map<string, Promise<void>>();
  /** Those that are this replica's, and of which it has not written anything yet. */
  readonly #claimed = new Set<string>();

  constructor(private readonly options: OrphansOptions) {}

  /**
   * True for a stream whose producer was dead; it has its end by then, or its next producer. An end that somebody has begun
   * is finished, whoever lives: its producer is shut out.
   */
  async seeTo({ card, replica }: Meta, last: Entry): Promise<boolean> {
    if (!isFence(last) && !(await this.#isOrphan(card.id, last.claimedBy ?? replica))) return false;
    const { id } = card;
    const work = this.#inHand.get(id) ?? this.#settle(card, last).finally(() => this.#inHand.delete(id));
    this.#inHand.set(id, work);
    await work;
    return true;
  }

  /** This replica lives; but it may have claimed a stream without hearing that it has. */
  async #isOrphan(id: string, producer: string): Promise<boolean> {
    const { replica, own, owners } = this.options;
    if (producer !== replica) return owners.isDead(producer);
    return !own.has(id) && !this.#claimed.has(id) && !this.#inHand.has(id);
  }

  async #settle(card: StreamCard, last: Entry): Promise<void> {
    // A stream is taken over once: only from the one who began it.
    if (last.epoch === PRODUCED && (await this.#findHeir(card, last.epoch + 1))) return;
    await this.options.shelf.endFor(card.id, (number) => this.#lastFrame(card, number), last);
  }

  async #findHeir(card: StreamCard, epoch: number): Promise<boolean> {
    const { shelf } = this.options;
    const { heir } = this;
    const will = heir && (await shelf.will(card.id));
    if (heir === undefined || will === undefined || (await shelf.isStopped(card.id))) return false;
    const before = await shelf.whole(card.id);
    if (before === undefined) return false;
    return heir({ card, will, epoch, ...before, claim: () => this.#claim(card, epoch, before) });
  }

  async #claim(card: StreamCard, epoch: number, before: Before): Promise<Succession | undefined> {
    const { shelf, replica } = this.options;
    const { id } = card;
    this.#claimed.add(id);
    try {
      if (await shelf.claim(id, replica, epoch, before.frames))
        return await this.#succeed(card, epoch, before);
    } catch (error) {
      this.#claimed.delete(id);
      throw error;
    }
    this.#claimed.delete(id);
    return undefined;
  }

  /** From the claim on the producer before is shut out; it may have written until then. */
  async #succeed(card: StreamCard, epoch: number, before: Before): Promise<Succession | undefined> {
    const { shelf, own } = this.options;
    const { id } = card;
    const endAt = (number: number, frame?: string) =>
      shelf
        .endClaimed(id, epoch, number, frame)
        .catch(() => undefined)
        .finally(() => this.#claimed.delete(id));
    const last = await shelf.lastEntry(id, openingId(epoch));
    const frames = last === undefined ? 0 : last.first + last.count;
    if (frames !== before.frames || last?.end === true) {
      await endAt(frames, last?.end === true ? undefined : this.#lastFrame(card, frames));
      return undefined;
    }
    return {
      goOn: (owner) => {
        const writer = own.goOn({ card, epoch, before }, owner);
        this.#claimed.delete(id);
        this.#stopIfAsked(id).catch(() => undefined);
        return writer;
      },
      giveUp: () => void endAt(frames, this.#lastFrame(card, frames)),
    };
  }

  /** Who asked meanwhile has asked the dead one. */
  async #stopIfAsked(id: string): Promise<void> {
    const { shelf, own } = this.options;
    if (await shelf.isStopped(id)) own.stop(id);
  }

  #lastFrame(card: StreamCard, number: number): string {
    const error = new SluiceError('upstream-cut', 'The replica that produced this stream is gone; ask again');
    return this.options.encodeLastFrame(card, number, error);
  }
}
