import type { protections } from '../protections.mjs';

export declare const splitProtections: typeof protections;
