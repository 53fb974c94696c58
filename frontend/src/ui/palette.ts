/** The theme's colours as a canvas needs them: resolved, and told when they change. */

const NAMES = ["ink", "muted", "line", "surface", "link", "flame", "up", "down", "calm"] as const;
type Name = (typeof NAMES)[number];
export type Palette = Record<Name, string> & { faint: string };

export function palette(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const resolve = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(
    NAMES.map((name) => [name, resolve(`var(--color-${name})`)]),
  ) as Record<Name, string>;
  probe.remove();
  return { ...found, faint: found.link.replace("rgb(", "rgba(").replace(")", ", 0.16)") };
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
