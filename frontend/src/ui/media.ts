/** What fits into the window: what does not is not made at all, rather than made and hidden. */
import { useEffect, useState } from "preact/hooks";

/** Whether a media query holds, now and after every change. */
export function useMedia(query: string): boolean {
  const [isMet, setMet] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const look = () => setMet(media.matches);
    look();
    media.addEventListener("change", look);
    return () => media.removeEventListener("change", look);
  }, [query]);
  return isMet;
}
