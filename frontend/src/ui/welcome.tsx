/** The frame around the screens of a reader who is not signed in. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useLanguage, useServices, useTitle } from "../context";
import { Mark } from "./icons";
import { PreferenceButtons } from "./preference-buttons";
import { SkipLink } from "./shell";

/** A sea of candles: decoration only. */
function Candles() {
  const candles = [
    [20, 250, 60, 1],
    [56, 236, 74, 0],
    [92, 214, 58, 1],
    [128, 222, 82, 0],
    [164, 188, 66, 1],
    [200, 160, 72, 1],
    [236, 172, 50, 0],
    [272, 132, 78, 1],
    [308, 96, 64, 1],
    [344, 108, 46, 0],
    [380, 62, 72, 1],
    [416, 30, 62, 1],
  ] as const;
  return (
    <svg
      viewBox="0 0 440 360"
      class="w-full"
      preserveAspectRatio="xMidYMax meet"
      aria-hidden="true"
      focusable="false"
    >
      {candles.map(([x, y, height, rises]) => (
        <g
          key={x}
          class={rises ? "fill-flame stroke-flame" : "fill-brand stroke-on-brand-muted"}
          stroke-width="2"
        >
          <path d={`M${x} ${y - 16}v${height + 34}`} />
          <rect x={x - 8} y={y} width="16" height={height} rx="3" />
        </g>
      ))}
    </svg>
  );
}

export function Welcome({ title, children }: { title: string; children: ComponentChildren }) {
  const { t } = useLanguage();
  const { session } = useServices();
  useTitle(title);
  useEffect(() => session.warmUp(), [session]);
  return (
    <div class="grid min-h-dvh lg:grid-cols-2">
      <SkipLink />
      <aside class="hidden flex-col justify-between overflow-hidden bg-brand p-12 text-on-brand lg:flex">
        <p class="flex items-center gap-3 text-title font-bold tracking-tight">
          <Mark class="size-10" />
          Vela
        </p>
        <div class="mx-auto w-full max-w-md">
          <Candles />
        </div>
        <p class="max-w-md text-title font-semibold text-balance">{t("app.tagline")}</p>
      </aside>
      <div class="flex flex-col">
        <header class="flex items-center gap-1 px-4 py-3 sm:px-6">
          <span class="mr-auto flex items-center gap-2.5 text-lead font-bold tracking-tight lg:invisible">
            <Mark />
            Vela
          </span>
          <PreferenceButtons />
        </header>
        <main
          id="content"
          class="mx-auto flex w-full max-w-md flex-1 flex-col justify-start px-4 pt-6 pb-16 sm:px-6 lg:justify-center lg:pt-0"
        >
          {children}
        </main>
      </div>
    </div>
  );
}

export function Heading({ title, lead }: { title: string; lead: string }) {
  return (
    <div class="mb-8">
      <h1 class="text-title font-bold tracking-tight">{title}</h1>
      <p class="mt-1 text-muted">{lead}</p>
    </div>
  );
}
