import { Catch, ServiceUnavailableException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

/** Answers a failed check with terminus' own body, which the service's filter would replace by an error. */
@Catch(ServiceUnavailableException)
export class HealthFilter extends BaseExceptionFilter {}
