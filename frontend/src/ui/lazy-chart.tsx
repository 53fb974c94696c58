/** The chart as screens use it: downloaded when one is first shown, in a place of its size. */
import { lazy } from "./lazy";
import { Bar } from "./skeletons";

export const ChartSkeleton = () => <Bar class="h-83 w-full" />;
export const PriceChart = lazy(() => import("../chart/price-chart"), ChartSkeleton);
