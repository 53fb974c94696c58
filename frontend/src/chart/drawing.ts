/** Puts a drawing's lines, columns, marks and bands onto a chart of the library, and takes them off again. */
import {
  AreaSeries,
  CandlestickSeries,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApiBase,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  LineType,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Colours } from "../ui/palette";
import { Band } from "./band";
import { breaks, type Grid, timeAt } from "./grid";

export interface Slot {
  at: number;
  /** A decimal string; of a candle its close. */
  close: string;
  open?: string;
  high?: string;
  low?: string;
}

export interface Line {
  shape: "area" | "line" | "dashed" | "steps" | "candles";
  /** A token of the palette; candles have their own two. */
  colour: string;
  /** One for each bucket of the grid; null is a gap. */
  slots: readonly (Slot | null)[];
}

/** Something that happened at a time: an arrow below the first line, with a word if there is one. */
export interface Mark {
  index: number;
  colour: string;
  shape: "arrowUp" | "arrowDown" | "square";
  text?: string;
}

export interface Drawing {
  grid: Grid;
  /** The first one carries the marks. */
  lines: readonly Line[];
  marks?: readonly Mark[];
  /** A dashed horizontal line with its words on the axis: a previous close. */
  level?: { price: string; title: string } | undefined;
  /** Counts in a pane of their own below. */
  columns?: readonly (number | null)[] | undefined;
  band?: { low: readonly (string | null)[]; high: readonly (string | null)[] } | undefined;
}

export type Chart = IChartApiBase<Time>;
type Series = ISeriesApi<SeriesType, Time>;

const COLUMNS_PART = 0.2;
/** Beyond these, dots on each price would touch. */
const MOST_DOTS = 40;

export const secondAt = (grid: Grid, index: number) =>
  Math.floor(timeAt(grid, index) / 1000) as UTCTimestamp;

/** Draws; what it returns takes everything away again. The first series is the one that is pointed at. */
export function draw(chart: Chart, drawing: Drawing, colours: Colours) {
  const series: Series[] = drawing.lines.map((line) => addLine(chart, drawing, line, colours));
  const first = series[0];
  if (first) {
    addLevel(first, drawing, colours);
    addBand(first, drawing, colours);
    createSeriesMarkers(first, marksOf(drawing, colours), { zOrder: "top" });
  }
  if (drawing.columns) series.push(addColumns(chart, drawing, drawing.columns, colours));
  return {
    first,
    remove: () => {
      for (const one of series.toReversed()) chart.removeSeries(one);
    },
  };
}

/** Cheap shares need more decimals on the axis. */
function formatOf(lines: readonly Line[]) {
  const isCheap = lines.some(({ slots }) =>
    slots.some((slot) => slot !== null && Math.abs(Number(slot.close)) < 1),
  );
  return { type: "price", minMove: isCheap ? 0.0001 : 0.01 } as const;
}

function addLine(chart: Chart, { grid, lines, level }: Drawing, line: Line, colours: Colours) {
  const plain = {
    priceLineVisible: false,
    lastValueVisible: false,
    priceFormat: formatOf(lines),
    ...(level ? { autoscaleInfoProvider: withRoomFor(Number(level.price)) } : {}),
  };
  if (line.shape === "candles") {
    const [up, down] = [colours("up"), colours("down")];
    const series = chart.addSeries(CandlestickSeries, {
      ...plain,
      upColor: up,
      wickUpColor: up,
      downColor: down,
      wickDownColor: down,
      borderVisible: false,
    });
    series.setData(line.slots.map((slot, index) => bar(grid, slot, index)));
    return series;
  }
  const count = line.slots.filter((slot) => slot !== null).length;
  const look = {
    ...plain,
    lineWidth: line.shape === "dashed" ? (1 as const) : (2 as const),
    lineStyle: line.shape === "dashed" ? LineStyle.Dashed : LineStyle.Solid,
    lineType: line.shape === "steps" ? LineType.WithSteps : LineType.Simple,
    pointMarkersVisible: line.shape !== "dashed" && count <= MOST_DOTS,
    pointMarkersRadius: 2.5,
    crosshairMarkerVisible: line.shape !== "dashed",
  };
  const colour = colours(line.colour);
  const dots = points(grid, line.slots);
  if (line.shape === "area") {
    const area = {
      lineColor: colour,
      topColor: colours(line.colour, 0.22),
      bottomColor: colours(line.colour, 0.01),
    };
    const nothing = {
      lineColor: "transparent",
      topColor: "transparent",
      bottomColor: "transparent",
    };
    const series = chart.addSeries(AreaSeries, { ...look, ...area });
    series.setData(dots.map(({ isBreak, ...dot }) => (isBreak ? { ...dot, ...nothing } : dot)));
    return series;
  }
  const series = chart.addSeries(LineSeries, { ...look, color: colour });
  series.setData(
    dots.map(({ isBreak, ...dot }) => (isBreak ? { ...dot, color: "transparent" } : dot)),
  );
  return series;
}

/** Floats only here, where a price becomes a height in pixels. */
function points(grid: Grid, slots: Line["slots"]) {
  const broken = breaks(grid, slots);
  return slots.map((slot, index) => ({
    time: secondAt(grid, index),
    ...(slot === null ? {} : { value: Number(slot.close) }),
    isBreak: broken.has(index),
  }));
}

function bar(grid: Grid, slot: Slot | null, index: number) {
  const time = secondAt(grid, index);
  if (slot === null) return { time };
  const { open = slot.close, high = slot.close, low = slot.close, close } = slot;
  return { time, open: Number(open), high: Number(high), low: Number(low), close: Number(close) };
}

type Scale = { priceRange: { minValue: number; maxValue: number } | null };

function withRoomFor(price: number) {
  return <T extends Scale>(original: () => T | null): T | null => {
    const found = original();
    if (!found?.priceRange) return found;
    const { minValue, maxValue } = found.priceRange;
    const priceRange = {
      minValue: Math.min(minValue, price),
      maxValue: Math.max(maxValue, price),
    };
    return { ...found, priceRange };
  };
}

function addLevel(series: Series, { level }: Drawing, colours: Colours): void {
  if (!level) return;
  series.createPriceLine({
    price: Number(level.price),
    color: colours("muted"),
    lineWidth: 1,
    lineStyle: LineStyle.Dashed,
    axisLabelVisible: true,
    axisLabelColor: colours("raised"),
    axisLabelTextColor: colours("ink"),
    title: level.title,
  });
}

function addBand(series: Series, { grid, band }: Drawing, colours: Colours): void {
  if (!band) return;
  const reaches = band.low.flatMap((low, index) => {
    const high = band.high[index] ?? null;
    if (low === null || high === null) return [];
    return [{ time: secondAt(grid, index), low: Number(low), high: Number(high) }];
  });
  series.attachPrimitive(new Band(reaches, colours("link", 0.14)));
}

function marksOf({ grid, marks = [] }: Drawing, colours: Colours) {
  return [...marks]
    .sort((a, b) => a.index - b.index)
    .map(({ index, colour, shape, text }) => ({
      time: secondAt(grid, index) as Time,
      position: shape === "arrowUp" ? ("belowBar" as const) : ("aboveBar" as const),
      shape,
      color: colours(colour),
      size: 1.4,
      ...(text ? { text } : {}),
    }));
}

function addColumns(
  chart: Chart,
  { grid }: Drawing,
  columns: NonNullable<Drawing["columns"]>,
  colours: Colours,
): Series {
  const series = chart.addSeries(
    HistogramSeries,
    {
      color: colours("edge", 0.7),
      // A scale of its own without labels: the axis writes money, and these are shares.
      priceScaleId: "volume",
      priceLineVisible: false,
      lastValueVisible: false,
      priceFormat: { type: "custom", minMove: 1, formatter: (count: number) => count.toFixed(0) },
    },
    1,
  );
  series.setData(
    columns.map((value, index) => ({
      time: secondAt(grid, index),
      ...(value === null ? {} : { value }),
    })),
  );
  const [prices, counts] = chart.panes();
  prices?.setStretchFactor(1 - COLUMNS_PART);
  counts?.setStretchFactor(COLUMNS_PART);
  return series;
}
