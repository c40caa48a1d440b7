const namespace = 'http://www.w3.org/2000/svg';

/** A bar: a count, and the part of it that failed. */
export interface Bar {
  readonly requests: number;
  readonly errors?: number;
}

/** Draws bars as wide as their element. The text is read in place of them. */
export function createBars(bars: readonly Bar[], text: string): SVGSVGElement {
  const svg = document.createElementNS(namespace, 'svg');
  const most = Math.max(1, ...bars.map(({ requests }) => requests));
  svg.setAttribute('viewBox', `0 0 ${Math.max(1, bars.length)} 100`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'bars');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', text);
  const gap = bars.length > 100 ? 0 : 0.2;
  for (const [place, { requests, errors = 0 }] of bars.entries()) {
    if (requests > 0) svg.append(rectangle(place + gap / 2, requests / most, 1 - gap, ''));
    if (errors > 0) svg.append(rectangle(place + gap / 2, errors / most, 1 - gap, 'failed'));
  }
  return svg;
}

/** @param share  of the height; the smallest bar can still be seen */
function rectangle(x: number, share: number, width: number, className: string): SVGRectElement {
  const rect = document.createElementNS(namespace, 'rect');
  const height = Math.max(2, share * 100);
  for (const [name, value] of Object.entries({ x, y: 100 - height, width, height }))
    rect.setAttribute(name, String(Math.round(value * 1_000) / 1_000));
  if (className !== '') rect.setAttribute('class', className);
  return rect;
}
