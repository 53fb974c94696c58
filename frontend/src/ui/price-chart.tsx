/** The only file that loads the chart library, which is heavy: import it lazily. */
import {
  AreaSeries,
  CandlestickSeries,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineStyle,
  type SeriesType,
  TickMarkType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLanguage } from "../context";
import { moment } from "../format/ages";
import { money } from "../format/numbers";
import { Band } from "./band";
import { onThemeChange, type Palette, palette } from "./palette";

export interface Point {
  at: string;
  /** A decimal string; of a candle its close. */
  price: string;
  candle?: { open: string; high: string; low: string; close: string };
}

export interface Line {
  /** What it looks like: a line with or without a fill below, candles, an edge of a band. */
  shape: "area" | "line" | "candles" | "edge";
  points: Point[];
}

interface PriceChartProps {
  /** The first one is what the pointer reads. Between two edges, the lower one first, is a band. */
  lines: Line[];
  /** Times of the reader's own purchases. */
  marks?: string[];
  currency: string;
  /** What the drawing shows, in words. */
  label: string;
}

const NO_MARKS: string[] = [];

export default function PriceChart({ lines, marks = NO_MARKS, currency, label }: PriceChartProps) {
  const { locale, numbers } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<IChartApi | null>(null);
  const read = useRef(new Map<number, Point>());
  const [pointed, setPointed] = useState<Point | null>(null);
  const [theme, setTheme] = useState(0);
  const shown = pointed ?? lines[0]?.points.at(-1);

  useEffect(() => {
    if (!place.current) return;
    const made = createChart(place.current, LOOK);
    chart.current = made;
    made.subscribeCrosshairMove(({ time }) =>
      setPointed((time !== undefined && read.current.get(time as number)) || null),
    );
    const stop = onThemeChange(() => setTheme((count) => count + 1));
    return () => {
      stop();
      made.remove();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.applyOptions({
      localization: {
        priceFormatter: (price: number) =>
          money(price.toFixed(Math.abs(price) < 1 ? 4 : 2), currency, numbers),
      },
      timeScale: { tickMarkFormatter: tickWriter(locale) },
    });
  }, [currency, numbers, locale]);
  useEffect(() => {
    read.current = new Map(lines[0]?.points.map((point) => [second(point.at), point]));
    if (!chart.current) return;
    const undraw = draw(chart.current, lines, marks);
    // When the whole chart is gone, so are its lines.
    return () => {
      if (chart.current) undraw();
    };
  }, [lines, marks, theme]);

  return (
    <figure>
      <p class="h-6 text-small text-muted tabular-nums" aria-hidden="true">
        {shown && (
          <>
            <span class="font-semibold text-ink">{money(shown.price, currency, numbers)}</span>
            {" · "}
            {moment(shown.at, locale)}
          </>
        )}
      </p>
      <div ref={place} role="img" aria-label={label} class="h-72 w-full" />
    </figure>
  );
}

const LOOK = {
  autoSize: true,
  // The attribution stands in the page's footer; the library's own would need an inline style sheet.
  layout: { attributionLogo: false, fontSize: 12 },
  handleScroll: { vertTouchDrag: false },
  handleScale: { mouseWheel: false },
  rightPriceScale: { borderVisible: false },
  timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false },
  crosshair: {
    horzLine: { visible: false, labelVisible: false },
    vertLine: { labelVisible: false },
  },
};

function second(at: string): UTCTimestamp {
  return Math.floor(Date.parse(at) / 1000) as UTCTimestamp;
}

/** Draws all lines; what it returns takes them away again. */
function draw(chart: IChartApi, lines: Line[], marks: string[]): () => void {
  const colours = palette();
  chart.applyOptions({
    layout: {
      background: { color: "transparent" },
      textColor: colours.muted,
      fontFamily: getComputedStyle(document.body).fontFamily,
    },
    grid: { vertLines: { visible: false }, horzLines: { color: colours.line } },
    crosshair: { vertLine: { color: colours.muted } },
  });
  const drawn: ISeriesApi<SeriesType>[] = lines.map((line) => drawLine(chart, line, colours));
  fillBand(drawn[0], lines, colours);
  if (marks.length > 0) drawn.push(mark(chart, lines[0]?.points ?? [], marks, colours));
  chart.timeScale().fitContent();
  return () => {
    for (const series of drawn) chart.removeSeries(series);
  };
}

function drawLine(chart: IChartApi, { shape, points }: Line, colours: Palette) {
  const isCheap = points.some(({ price }) => Number(price) < 1);
  const plain = {
    priceLineVisible: false,
    lastValueVisible: false,
    priceFormat: { type: "price", minMove: isCheap ? 0.0001 : 0.01 } as const,
  };
  // Floats only here, where a price becomes a height in pixels.
  if (shape === "candles") {
    const { up, down } = colours;
    const series = chart.addSeries(CandlestickSeries, {
      ...plain,
      upColor: up,
      wickUpColor: up,
      downColor: down,
      wickDownColor: down,
      borderVisible: false,
    });
    series.setData(
      points.map(({ at, candle, price }) => ({ time: second(at), ...bar(candle, price) })),
    );
    return series;
  }
  const data = points.map(({ at, price }) => ({ time: second(at), value: Number(price) }));
  const isEdge = shape === "edge";
  // A line or an edge is an area without a fill: one kind of series less to download.
  const series = chart.addSeries(AreaSeries, {
    ...plain,
    lineWidth: isEdge ? 1 : 2,
    lineStyle: isEdge ? LineStyle.Dashed : LineStyle.Solid,
    lineColor: isEdge ? colours.muted : colours.link,
    topColor: shape === "area" ? colours.faint : "transparent",
    bottomColor: "transparent",
    crosshairMarkerVisible: !isEdge,
  });
  series.setData(data);
  return series;
}

function fillBand(on: ISeriesApi<SeriesType> | undefined, lines: Line[], colours: Palette) {
  const [low, high] = lines.filter(({ shape }) => shape === "edge");
  if (!low || !high) return;
  const reaches = low.points.map(({ at, price }, index) => ({
    time: second(at),
    low: Number(price),
    high: Number(high.points[index]?.price ?? price),
  }));
  on?.attachPrimitive(new Band(reaches, colours.faint));
}

function bar(candle: Point["candle"], price: string) {
  const { open, high, low, close } = candle ?? {
    open: price,
    high: price,
    low: price,
    close: price,
  };
  return { open: Number(open), high: Number(high), low: Number(low), close: Number(close) };
}

/** Dots on the line, each at the latest point that is not after it; what is older is left out. */
function mark(chart: IChartApi, points: Point[], marks: string[], colours: Palette) {
  const found = marks
    .map((at) => points.findLast((point) => second(point.at) <= second(at)))
    .filter((point) => point !== undefined);
  const byTime = new Map(found.map((point) => [second(point.at), Number(point.price)]));
  const series = chart.addSeries(AreaSeries, {
    lineVisible: false,
    priceLineVisible: false,
    lastValueVisible: false,
    pointMarkersVisible: true,
    pointMarkersRadius: 5,
    lineColor: colours.flame,
    topColor: "transparent",
    bottomColor: "transparent",
    crosshairMarkerVisible: false,
  });
  series.setData([...byTime].sort(([a], [b]) => a - b).map(([time, value]) => ({ time, value })));
  return series;
}

/** Times of the axis in the reader's own zone; the library would write UTC. */
function tickWriter(locale: string) {
  const write = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const hours = write({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = write({ day: "numeric", month: "short" });
  const years = write({ month: "short", year: "numeric" });
  return (time: Time, kind: TickMarkType) => {
    const at = new Date((time as number) * 1000);
    if (kind === TickMarkType.Year || kind === TickMarkType.Month) return years.format(at);
    return (kind === TickMarkType.DayOfMonth ? days : hours).format(at);
  };
}
