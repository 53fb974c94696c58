/** How far things have jumped on a page, as Chromium measures it. */
import type { Page } from "playwright-core";

interface Watched {
  shifts: number[];
}

export function watchShifts(page: Page): Promise<void> {
  return page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: "layout-shift" });
  });
}

/** Each jump since `watchShifts`. */
export function shiftsOf(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as Watched).shifts);
}
