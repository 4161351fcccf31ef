import { createHmac } from 'node:crypto';
import { Injectable, Module, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { setCaller, type Caller } from '../../src/index.js';

const SECRET = 'the secret of the host that signs its users’ tokens';

/** Who a token of the host names. */
export interface User {
  readonly sub: string;
  readonly org?: string;
}

/** A JSON Web Token (RFC 7519) of the host for this user. */
export function tokenOf(user: User): string {
  const head = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url');
  const signed = `${head}.${Buffer.from(JSON.stringify(user)).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

/** The user that Passport has left in a request, as a caller. */
export function callerOfUser(request: { readonly user?: unknown }): Caller | undefined {
  const user = request.user as User | undefined;
  return user && { name: user.sub, tenant: user.org };
}

@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: SECRET });
  }

  validate(user: User): User {
    return user;
  }
}

@Injectable()
class JwtGuard extends AuthGuard('jwt') {}

@Injectable()
class TellingJwtGuard extends AuthGuard('jwt') implements CanActivate {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const isLetIn = (await super.canActivate(context)) === true;
    const request = context.switchToHttp().getRequest<{ user?: unknown }>();
    const caller = callerOfUser(request);
    if (caller !== undefined) setCaller(request, caller);
    return isLetIn;
  }
}

/** A host's module whose global guard asks for a token; `tells` says that it calls `setCaller`. */
export function jwtModule(tells: boolean): Type {
  @Module({
    imports: [PassportModule],
    providers: [JwtStrategy, { provide: APP_GUARD, useClass: tells ? TellingJwtGuard : JwtGuard }],
  })
  class JwtModule {}
  return JwtModule;
}
