import type { protections } from './protections.mjs';

export declare const allProtections: typeof protections;
