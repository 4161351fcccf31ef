import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';

/** How long a ticket is good for, in milliseconds. */
const LIFETIME_MS = 10 * 60_000;
const SECRET_BYTES = 32;

/** A ticket and when it ends. */
export interface IssuedTicket {
  readonly ticket: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Tickets let a client that can send no headers, as EventSource, use one stream for a short time. A ticket is
 * `EXPIRES.OWNER.SIGNATURE`: seconds since 1970 in base 36, the owner and an HMAC-SHA256 over these and the stream's id in
 * base64url. Without a configured secret each process has its own, and takes only its own tickets.
 */
@Injectable()
export class Tickets {
  readonly #ownSecret = randomBytes(SECRET_BYTES);

  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings) {}

  /** A ticket for one stream of an owner. */
  issue(streamId: string, owner: string, now = Date.now()): IssuedTicket {
    const expires = Math.floor((now + LIFETIME_MS) / 1000);
    const claims = `${expires.toString(36)}.${Buffer.from(owner).toString('base64url')}`;
    return {
      ticket: `${claims}.${this.#sign(streamId, claims).toString('base64url')}`,
      expiresAt: expires * 1000,
    };
  }

  /** The owner for whom a ticket was issued; undefined if it is not for this stream, not ours, or over. */
  ownerOf(ticket: string, streamId: string, now = Date.now()): string | undefined {
    const [, claims = '', expires = '', owner = '', signature = ''] = TICKET.exec(ticket) ?? [];
    const given = Buffer.from(signature, 'base64url');
    const expected = this.#sign(streamId, claims);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    if (Number.parseInt(expires, 36) * 1000 <= now) return undefined;
    return Buffer.from(owner, 'base64url').toString();
  }

  #sign(streamId: string, claims: string): Buffer {
    const secret = this.settings.ticketSecret ?? this.#ownSecret;
    return createHmac('sha256', secret).update(`${streamId}.${claims}`).digest();
  }
}

const TICKET = /^(([0-9a-z]{1,12})\.([\w-]+))\.([\w-]+)$/;
