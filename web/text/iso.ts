import { wallClock } from '../period/zone.ts';

/** Formats an instant as local time with its offset: `2025-12-28T19:03:00+01:00`. */
export function isoWithOffset(instant: number, zone: string): string {
  const wall = wallClock(instant, zone);
  const minutes = Math.round((wall - instant) / 60_000);
  const two = (number: number) => String(number).padStart(2, '0');
  const offset = `${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${new Date(wall).toISOString().slice(0, 19)}${minutes < 0 ? '-' : '+'}${offset}`;
}
