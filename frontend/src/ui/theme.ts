/** The theme of this browser, the same wherever it is shown or chosen. */
import { useCallback, useEffect, useState } from "preact/hooks";
import { applyTheme, initialTheme, type Theme } from "../preferences";

const listeners = new Set<(theme: Theme) => void>();

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(initialTheme);
  useEffect(() => {
    listeners.add(setTheme);
    return () => void listeners.delete(setTheme);
  }, []);
  const choose = useCallback((chosen: Theme) => {
    applyTheme(chosen);
    for (const listener of listeners) listener(chosen);
  }, []);
  return [theme, choose];
}
