/** The theme's colours as a canvas needs them: resolved, and told when they change. */

/** A colour of the design's tokens by its name there, without `--color-`. */
export type Colours = (name: string, alpha?: number) => string;

/** Reads tokens as they are now, whatever notation they are written in. */
export function colours(): Colours {
  const probe = document.createElement("span");
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const found = new Map<string, number[]>();
  const resolve = (name: string): number[] => {
    document.body.append(probe);
    probe.style.color = `var(--color-${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    if (!canvas) return [128, 128, 128];
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  return (name, alpha = 1) => {
    const parts = found.get(name) ?? resolve(name);
    found.set(name, parts);
    return `rgba(${parts.join(", ")}, ${alpha})`;
  };
}

export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", listener);
  };
}
