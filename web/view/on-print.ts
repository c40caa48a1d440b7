/**
 * Calls back before the page is printed, and after. Some browsers only send events, and some only change the medium.
 */
export function onPrint(callback: (isPrinting: boolean) => void): void {
  let isPrinting = false;
  const change = (isNow: boolean) => {
    if (isNow === isPrinting) return;
    isPrinting = isNow;
    callback(isNow);
  };
  addEventListener('beforeprint', () => change(true));
  addEventListener('afterprint', () => change(false));
  matchMedia('print').addEventListener('change', ({ matches }) => change(matches));
}
