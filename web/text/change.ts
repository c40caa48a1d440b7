import { changeOf } from '../figures/change.ts';
import { formatGrowth, formatShare } from './format.ts';

/** Describes a change: `↑ 12.5 %`, or `↑ 23×` where it is above 1,000 %. */
export function changeText(current: number, previous: number): string {
  const change = changeOf(current, previous);
  switch (change.kind) {
    case 'grew':
      return `↑ ${formatGrowth(change.share)}`;
    case 'shrank':
      return `↓ ${formatShare(change.share)}`;
    case 'same':
      return 'None';
    case 'new':
      return 'New';
  }
}
