import { Module } from '@nestjs/common';
import { SimulatedUpstream } from './simulated-upstream.js';

@Module({ providers: [SimulatedUpstream], exports: [SimulatedUpstream] })
export class SimulatedModule {}
