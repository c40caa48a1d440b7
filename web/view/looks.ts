import type { Look } from '../figures/chart-content.ts';

type Marks = 'none' | 'rows' | 'columns' | 'dots' | 'diagonals' | 'crosses';

interface Drawn {
  /** Custom property of the style sheet. */
  readonly colour: `--${string}`;
  /** Tells areas apart without their colours. */
  readonly marks: Marks;
  /** Tells lines apart without their colours: lengths of dashes and gaps. */
  readonly dash: readonly number[];
}

const looks: Readonly<Record<Look, Drawn>> = {
  amount: { colour: '--bar', marks: 'none', dash: [] },
  '2xx': { colour: '--bar', marks: 'none', dash: [] },
  '3xx': { colour: '--c3xx', marks: 'rows', dash: [] },
  '4xx': { colour: '--c4xx', marks: 'dots', dash: [] },
  '5xx': { colour: '--c5xx', marks: 'crosses', dash: [] },
  other: { colour: '--cother', marks: 'diagonals', dash: [] },
  'no-status': { colour: '--cother', marks: 'columns', dash: [] },
  before: { colour: '--ink-line', marks: 'none', dash: [5, 4] },
  p50: { colour: '--bar', marks: 'none', dash: [] },
  p95: { colour: '--p95', marks: 'none', dash: [7, 3] },
  p99: { colour: '--c5xx', marks: 'none', dash: [2, 2] },
};

export type Fill = string | CanvasPattern;

export const dashOf = (look: Look): number[] => [...looks[look].dash];

export function colourOf(look: Look, style: CSSStyleDeclaration): string {
  return style.getPropertyValue(looks[look].colour);
}

/** Returns the fill of an area: its colour, with marks for those who cannot tell the colours apart. */
export function fillOf(look: Look, style: CSSStyleDeclaration, context: CanvasRenderingContext2D): Fill {
  const { marks } = looks[look];
  const colour = colourOf(look, style);
  if (marks === 'none') return colour;
  return context.createPattern(tileOf(marks, colour, style.getPropertyValue('--marks')), 'repeat') ?? colour;
}

const tileSize = 6;

function tileOf(marks: Marks, colour: string, markColour: string): HTMLCanvasElement {
  const scale = Math.max(1, Math.round(devicePixelRatio));
  const tile = document.createElement('canvas');
  tile.width = tile.height = tileSize * scale;
  const context = tile.getContext('2d');
  if (context === null) return tile;
  context.scale(scale, scale);
  context.fillStyle = colour;
  context.fillRect(0, 0, tileSize, tileSize);
  context.strokeStyle = context.fillStyle = markColour;
  context.lineWidth = 1;
  context.beginPath();
  // Lines that leave the tile at one edge go on at the opposite one.
  if (marks === 'rows') line(context, [0, 3], [tileSize, 3]);
  if (marks === 'columns') line(context, [3, 0], [3, tileSize]);
  if (marks === 'diagonals' || marks === 'crosses') line(context, [-1, 1 + tileSize], [1 + tileSize, -1]);
  if (marks === 'crosses') line(context, [-1, -1], [1 + tileSize, 1 + tileSize]);
  context.stroke();
  if (marks === 'dots') context.fillRect(2, 2, 2, 2);
  return tile;
}

type Point = readonly [x: number, y: number];

function line(context: CanvasRenderingContext2D, [fromX, fromY]: Point, [toX, toY]: Point): void {
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
}
