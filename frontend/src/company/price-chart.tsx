/** The only file that loads the chart library, which is heavy: import it lazily. */
import {
  AreaSeries,
  createChart,
  type IChartApi,
  type ISeriesApi,
  TickMarkType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLanguage } from "../context";
import { moment } from "../format/ages";
import { money } from "../format/numbers";
import { onThemeChange, palette } from "../ui/palette";
import { type Point, second } from "./series";

interface PriceChartProps {
  points: Point[];
  currency: string;
  /** What the drawing shows, in words. */
  label: string;
}

interface Drawing {
  chart: IChartApi;
  line: ISeriesApi<"Area">;
}

export default function PriceChart({ points, currency, label }: PriceChartProps) {
  const { locale, numbers } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const [pointed, setPointed] = useState<Point | null>(null);
  const bySecond = useRef(new Map<number, Point>());
  const shown = pointed ?? points.at(-1);

  useEffect(() => {
    if (!place.current) return;
    const made = draw(place.current);
    drawing.current = made;
    made.chart.subscribeCrosshairMove(({ time }) =>
      setPointed((time !== undefined && bySecond.current.get(time as number)) || null),
    );
    const stop = onThemeChange(() => paint(made));
    return () => {
      stop();
      made.chart.remove();
      drawing.current = null;
    };
  }, []);
  useEffect(() => {
    drawing.current?.chart.applyOptions({
      localization: {
        priceFormatter: (price: number) =>
          money(price.toFixed(Math.abs(price) < 1 ? 4 : 2), currency, numbers),
      },
      timeScale: { tickMarkFormatter: tickWriter(locale) },
    });
  }, [currency, numbers, locale]);
  useEffect(() => {
    bySecond.current = new Map(points.map((point) => [second(point.at), point]));
    // Floats only here, where a price becomes a height in pixels.
    drawing.current?.line.setData(
      points.map(({ at, price }) => ({ time: second(at) as UTCTimestamp, value: Number(price) })),
    );
    const isCheap = points.some(({ price }) => Number(price) < 1);
    drawing.current?.line.applyOptions({
      priceFormat: { type: "price", minMove: isCheap ? 0.0001 : 0.01 },
    });
    drawing.current?.chart.timeScale().fitContent();
  }, [points]);

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

function draw(place: HTMLElement): Drawing {
  const chart = createChart(place, {
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
  });
  const line = chart.addSeries(AreaSeries, {
    lineWidth: 2,
    priceLineVisible: false,
    lastValueVisible: false,
  });
  const made = { chart, line };
  paint(made);
  return made;
}

function paint({ chart, line }: Drawing): void {
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
  line.applyOptions({
    lineColor: colours.link,
    topColor: colours.faint,
    bottomColor: "transparent",
    crosshairMarkerBackgroundColor: colours.link,
  });
}

/** Times of the axis in the reader's own zone; the library would write UTC. */
function tickWriter(locale: string) {
  const write = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const hours = write({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = write({ day: "numeric", month: "short" });
  const years = write({ month: "short", year: "numeric" });
  return (time: Time, mark: TickMarkType) => {
    const at = new Date((time as number) * 1000);
    if (mark === TickMarkType.Year || mark === TickMarkType.Month) return years.format(at);
    return (mark === TickMarkType.DayOfMonth ? days : hours).format(at);
  };
}
