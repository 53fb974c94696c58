/** A short tint of a cell whose number has just changed: the place stays as it is. */
import { useEffect, useRef, useState } from "preact/hooks";
import { direction } from "../format/numbers";
import { differenceOf } from "../money/change";

const FLASH_MS = 1_200;

/** The tint's class while it lasts. */
export function useFlash(price: string): string {
  const before = useRef(price);
  const [tint, setTint] = useState("");
  useEffect(() => {
    if (before.current === price) return;
    const way = direction(differenceOf(before.current, price).amount);
    before.current = price;
    setTint(way === "up" ? "animate-flash-up" : way === "down" ? "animate-flash-down" : "");
    const timer = setTimeout(() => setTint(""), FLASH_MS);
    return () => clearTimeout(timer);
  }, [price]);
  return tint;
}
