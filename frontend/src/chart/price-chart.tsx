/** A chart of values over time: the whole span of its grid, until the reader looks closer. */
import {
  createChartEx,
  type DeepPartial,
  type LogicalRange,
  TickMarkType,
  type Time,
  type TimeScaleOptions,
} from "lightweight-charts";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLanguage } from "../context";
import { money } from "../format/numbers";
import { IconButton } from "../ui/controls";
import { colours, onThemeChange } from "../ui/palette";
import { markOf, readersZone, WEIGHTS } from "./clock";
import { type Chart, type Drawing, draw, secondAt } from "./drawing";
import { type Grid, isOfDays } from "./grid";
import { ZonedTimeScale } from "./time-scale";

interface PriceChartProps {
  drawing: Drawing;
  currency: string;
  /** What the drawing shows, in words. */
  label: string;
  /** What stands above it: of the bucket that is pointed at, or of the whole where none is. */
  readout: (index: number | null) => ComponentChildren;
  class?: string;
}

const ZOOM = 2;
const LEAST_SHOWN = 6;

/** Days and times of day are different axes: a chart of one is not turned into one of the other. */
export default function PriceChart(props: PriceChartProps) {
  const isDays = isOfDays(props.drawing.grid);
  return <Canvas key={String(isDays)} {...props} zone={isDays ? "UTC" : readersZone()} />;
}

function Canvas(props: PriceChartProps & { zone: string }) {
  const { drawing, currency, label, readout, zone, class: height = "h-72" } = props;
  const { t, locale, numbers } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const view = useView(chart);
  const [pointed, setPointed] = useState<number | null>(null);
  const [theme, setTheme] = useState(0);
  const count = drawing.grid.count;

  useEffect(() => {
    if (!place.current) return;
    const made = createChartEx<Time, ZonedTimeScale>(place.current, new ZonedTimeScale(zone), LOOK);
    chart.current = made;
    made.subscribeCrosshairMove(({ logical, point }) =>
      setPointed(point && logical !== undefined ? Math.round(logical) : null),
    );
    made.timeScale().subscribeVisibleLogicalRangeChange(view.onChange);
    const stop = onThemeChange(() => setTheme((number) => number + 1));
    return () => {
      stop();
      made.remove();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.applyOptions({
      localization: {
        locale,
        priceFormatter: (price: number) =>
          money(price.toFixed(Math.abs(price) < 1 ? 4 : 2), currency, numbers),
        timeFormatter: () => "",
      },
    });
  }, [currency, numbers, locale]);
  useEffect(() => {
    if (!chart.current) return;
    const look = colours();
    chart.current.applyOptions({
      layout: {
        background: { color: "transparent" },
        textColor: look("muted"),
        fontFamily: getComputedStyle(document.body).fontFamily,
        panes: { separatorColor: look("line"), enableResize: false },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: look("line", 0.7) } },
      crosshair: { vertLine: { color: look("muted") } },
    });
    chart.current.timeScale().applyOptions(marksBy(drawing.grid, locale, zone));
    const drawn = draw(chart.current, drawing, look);
    view.restore(drawing.grid);
    const untouch = place.current
      ? readByFinger(place.current, chart.current, drawing, drawn.first, setPointed)
      : undefined;
    // When the whole chart is gone, so are its lines.
    return () => {
      untouch?.();
      if (chart.current) drawn.remove();
    };
  }, [drawing, theme, locale]);

  const shown = pointed !== null && pointed >= 0 && pointed < count ? pointed : null;
  return (
    <figure>
      <div class="min-h-11 text-small text-muted tabular-nums" aria-hidden="true">
        {readout(shown)}
      </div>
      <div class="relative">
        <div
          ref={place}
          role="img"
          aria-label={label}
          class={`${height} w-full touch-pan-y`}
          data-whole={view.isWhole ? "" : undefined}
        />
        <div class="absolute top-1 left-1 z-1 flex gap-1 opacity-70 transition-opacity focus-within:opacity-100 hover:opacity-100">
          <Zoom label={t("chart.zoom.in")} sign="+" onPress={() => view.zoom(1 / ZOOM)} />
          {!view.isWhole && (
            <>
              <Zoom label={t("chart.zoom.out")} sign="−" onPress={() => view.zoom(ZOOM)} />
              <Zoom label={t("chart.zoom.whole")} sign="↔" onPress={view.whole} />
            </>
          )}
        </div>
      </div>
    </figure>
  );
}

function Zoom(props: { label: string; sign: string; onPress: () => void }) {
  return (
    <IconButton
      label={props.label}
      class="size-7! border border-line bg-surface/80"
      onClick={props.onPress}
    >
      <span aria-hidden="true">{props.sign}</span>
    </IconButton>
  );
}

const LOOK = {
  autoSize: true,
  // The attribution stands in the page's footer; the library's own would need an inline style sheet.
  layout: { attributionLogo: false, fontSize: 11 },
  // A finger reads; the page's own scrolling stays with it.
  handleScroll: { vertTouchDrag: false, horzTouchDrag: false, mouseWheel: false },
  handleScale: { mouseWheel: false },
  rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.12, bottom: 0.08 } },
  timeScale: {
    borderVisible: false,
    timeVisible: true,
    secondsVisible: false,
    // The library would take the last price for the edge: the rest of the day would be cut off.
    fixLeftEdge: false,
    fixRightEdge: false,
    lockVisibleTimeRangeOnResize: true,
    minBarSpacing: 0.1,
    shiftVisibleRangeOnNewBar: false,
  },
  crosshair: {
    horzLine: { visible: false, labelVisible: false },
    vertLine: { labelVisible: false },
  },
};

/** Which part of the grid is seen: all of it until the reader zooms, and then that part, whatever comes. */
function useView(chart: { current: Chart | null }) {
  const grid = useRef<Grid | null>(null);
  const range = useRef<LogicalRange | null>(null);
  const isSetting = useRef(false);
  const [isWhole, setWhole] = useState(true);
  const isAll = useRef(true);

  const set = (from: number, to: number) => {
    isSetting.current = true;
    chart.current?.timeScale().setVisibleLogicalRange({ from, to });
    isSetting.current = false;
  };
  const mark = (whole: boolean) => {
    isAll.current = whole;
    setWhole(whole);
  };
  const whole = () => {
    mark(true);
    if (grid.current) set(-0.5, grid.current.count - 0.5);
  };
  return {
    isWhole,
    whole,
    onChange: (next: LogicalRange | null) => {
      const count = grid.current?.count ?? 0;
      range.current = next;
      if (!next || isSetting.current || count === 0) return;
      mark(next.to - next.from >= count - 1.75);
    },
    /** After the data changed: the same times as before are seen. */
    restore: (next: Grid) => {
      const [before, seen] = [grid.current, range.current];
      grid.current = next;
      if (isAll.current || !before || !seen || before.stepMs !== next.stepMs) return whole();
      const moved = (next.from - before.from) / next.stepMs;
      set(seen.from - moved, seen.to - moved);
    },
    zoom: (factor: number) => {
      const count = grid.current?.count ?? 0;
      const seen = chart.current?.timeScale().getVisibleLogicalRange();
      if (!seen) return;
      const width = Math.max(LEAST_SHOWN, (seen.to - seen.from) * factor);
      if (width >= count) return whole();
      const middle = (seen.from + seen.to) / 2;
      const from = Math.min(Math.max(-0.5, middle - width / 2), count - 0.5 - width);
      mark(false);
      set(from, from + width);
    },
  };
}

/** The axis is read in the reader's zone; of days, as the calendar days that they are. */
function marksBy(grid: Grid, locale: string, zone: string): DeepPartial<TimeScaleOptions> {
  return {
    tickMarkFormatter: (time: Time, kind: TickMarkType) => {
      const weight = isOfDays(grid) ? Math.max(WEIGHT_OF[kind], WEIGHTS.day) : WEIGHT_OF[kind];
      return markOf((time as number) * 1000, weight, locale, zone);
    },
  };
}

const WEIGHT_OF: Record<TickMarkType, number> = {
  [TickMarkType.Year]: WEIGHTS.year,
  [TickMarkType.Month]: WEIGHTS.month,
  [TickMarkType.DayOfMonth]: WEIGHTS.day,
  [TickMarkType.Time]: WEIGHTS.minute,
  [TickMarkType.TimeWithSeconds]: WEIGHTS.minute,
};

/** One finger on the chart moves the crosshair; the page scrolls on when it moves up or down. */
function readByFinger(
  place: HTMLElement,
  chart: Chart,
  { grid, lines }: Drawing,
  series: ReturnType<typeof draw>["first"],
  onPoint: (index: number | null) => void,
): () => void {
  const read = (event: TouchEvent) => {
    const touch = event.touches[0];
    if (event.touches.length !== 1 || !touch || !series) return;
    const x = touch.clientX - place.getBoundingClientRect().left;
    const logical = chart.timeScale().coordinateToLogical(x);
    if (logical === null) return;
    const index = Math.min(Math.max(0, Math.round(logical)), grid.count - 1);
    const price = Number(lines[0]?.slots[index]?.close ?? 0);
    chart.setCrosshairPosition(price, secondAt(grid, index), series);
    onPoint(index);
  };
  const end = () => {
    chart.clearCrosshairPosition();
    onPoint(null);
  };
  place.addEventListener("touchstart", read, { passive: true });
  place.addEventListener("touchmove", read, { passive: true });
  place.addEventListener("touchend", end);
  place.addEventListener("touchcancel", end);
  return () => {
    place.removeEventListener("touchstart", read);
    place.removeEventListener("touchmove", read);
    place.removeEventListener("touchend", end);
    place.removeEventListener("touchcancel", end);
  };
}
