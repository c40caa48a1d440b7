import { changeOf } from '../figures/change.ts';
import { formatCount, formatShare } from './format.ts';

/** From this growth on, a percentage says less than a factor. */
const largeShare = 10;

/** Describes a change: `↑ 12.5 %`, or `× 23` where it is above 1,000 %. */
export function changeText(current: number, previous: number): string {
  const change = changeOf(current, previous);
  switch (change.kind) {
    case 'grew':
      return change.share > largeShare
        ? `× ${formatCount(Math.round(current / previous))}`
        : `↑ ${formatShare(change.share)}`;
    case 'shrank':
      return `↓ ${formatShare(change.share)}`;
    case 'same':
      return 'None';
    case 'new':
      return 'New';
  }
}
