/** How much of the board there is room for. */
import { useMedia } from "../ui/media";

/** Which columns there are: what would not be seen is not made, which is half the work on a phone. */
export type Room = "phone" | "tablet" | "desktop";

export function useRoom(): Room {
  const isTablet = useMedia("(width >= 40rem)");
  const isDesktop = useMedia("(width >= 64rem)");
  return isDesktop ? "desktop" : isTablet ? "tablet" : "phone";
}
