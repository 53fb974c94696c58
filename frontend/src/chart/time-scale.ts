/** The library's time axis, with marks where days and hours begin for the reader rather than in UTC. */
import {
  defaultHorzScaleBehavior,
  type IHorzScaleBehavior,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { weightOf } from "./clock";

const Base = defaultHorzScaleBehavior();

type Points = Parameters<IHorzScaleBehavior<Time>["fillWeightsForPoints"]>[0];
type Weight = Points[number]["timeWeight"];

export class ZonedTimeScale extends Base {
  #zone: string;

  constructor(zone: string) {
    super();
    this.#zone = zone;
  }

  override fillWeightsForPoints(points: Points, start: number): void {
    super.fillWeightsForPoints(points, start);
    for (let index = start; index < points.length; index += 1) {
      const point = points[index];
      if (!point) continue;
      const before = index > 0 ? points[index - 1] : undefined;
      const weight = weightOf(before ? millis(before) : null, millis(point), this.#zone);
      point.timeWeight = weight as Weight;
    }
  }
}

const millis = ({ originalTime }: Points[number]): number => (originalTime as UTCTimestamp) * 1000;
