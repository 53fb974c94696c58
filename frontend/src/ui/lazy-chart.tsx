/** The chart as screens use it: downloaded when one is first shown, in a place of its size. */
import { lazy } from "./lazy";
import { Bar } from "./skeletons";

export const ChartSkeleton = () => <Bar class="h-78 w-full" />;
export const PriceChart = lazy(() => import("./price-chart"), ChartSkeleton);
