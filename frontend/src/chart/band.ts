/** The surface between two edges: drawn by ourselves, since the chart library fills only below a line. */
import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";

/** A moment, and how far the band reaches there; floats, since only pixels come of them. */
export interface Reach {
  time: Time;
  low: number;
  high: number;
}

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];

export class Band implements ISeriesPrimitive<Time> {
  #reaches: Reach[];
  #colour: string;
  #place: SeriesAttachedParameter<Time> | null = null;
  #views: IPrimitivePaneView[] = [
    { zOrder: () => "bottom", renderer: () => ({ draw: (target) => this.#draw(target) }) },
  ];

  constructor(reaches: Reach[], colour: string) {
    this.#reaches = reaches;
    this.#colour = colour;
  }

  attached(place: SeriesAttachedParameter<Time>): void {
    this.#place = place;
  }

  detached(): void {
    this.#place = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  /** So that the axis has room for the whole band. */
  autoscaleInfo() {
    const lows = this.#reaches.map(({ low }) => low);
    const highs = this.#reaches.map(({ high }) => high);
    if (lows.length === 0) return null;
    return { priceRange: { minValue: Math.min(...lows), maxValue: Math.max(...highs) } };
  }

  #draw(target: Target): void {
    target.useMediaCoordinateSpace(({ context }) => {
      context.fillStyle = this.#colour;
      context.beginPath();
      // There along the upper edge, and back along the lower one.
      for (const { time, high } of this.#reaches) this.#lineTo(context, time, high);
      for (const { time, low } of this.#reaches.toReversed()) this.#lineTo(context, time, low);
      context.fill();
    });
  }

  #lineTo(context: CanvasRenderingContext2D, time: Time, price: number): void {
    const x = this.#place?.chart.timeScale().timeToCoordinate(time) ?? null;
    const y = this.#place?.series.priceToCoordinate(price) ?? null;
    if (x !== null && y !== null) context.lineTo(x, y);
  }
}
