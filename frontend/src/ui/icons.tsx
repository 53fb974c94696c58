/** The mark and the icons: drawn here, coloured by the text around them, silent to screen readers. */

interface IconProps {
  class?: string;
}

function icon(path: string) {
  return ({ class: className = "size-5" }: IconProps) => (
    <svg
      class={className}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  );
}

export const SearchIcon = icon("M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4");
export const CrossIcon = icon("M6 6l12 12M18 6L6 18");
export const EyeIcon = icon(
  "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z",
);
export const EyeOffIcon = icon(
  "M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.7 3.4M6.3 7.7C3.9 9.4 2.5 12 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4-.9",
);
export const SunIcon = icon(
  "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
);
export const MoonIcon = icon("M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z");
export const ScreenIcon = icon("M4 5h16v11H4zM9 20h6M12 16v4");
export const SignOutIcon = icon("M14 4h5v16h-5M4 12h11M11 8l4 4-4 4");
export const ClockIcon = icon("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.5 2");
export const AlertIcon = icon("M12 3.5 21.5 20h-19ZM12 10v4.5M12 17.3v.2");
export const CheckIcon = icon("M5 12.5l4.5 4.5L19 7.5");
export const DotIcon = icon("M12 12.5a.5.5 0 1 0 0-1 .5.5 0 0 0 0 1Z");
export const HourglassIcon = icon(
  "M6.5 3.5h11M6.5 20.5h11M8 3.5c0 5 8 5.5 8 8.5s-8 3.5-8 8.5M16 3.5c0 5-8 5.5-8 8.5s8 3.5 8 8.5",
);
export const OfflineIcon = icon(
  "M3 3l18 18M8.5 15.5a5 5 0 0 1 6-.8M5 12a10 10 0 0 1 4.2-2.3M2 8.5a15 15 0 0 1 4.7-2.9M11 5a15 15 0 0 1 11 3.5M16 10.5a10 10 0 0 1 3 1.5M12 19v.1",
);
export const ChartIcon = icon("M4 20h16M7 16V9M7 7V5.5M12 16v-5M12 9V4M17 16v-8M17 6V4.5");
export const DownloadIcon = icon("M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14");
export const SendIcon = icon("M4 12 20 4.5 14.5 20l-3-6.5ZM11.5 13.5 20 4.5");
export const WalletIcon = icon(
  "M4 7.5h14.5a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18ZM4 7.5 15.5 4v3.5M16 13.5h.2",
);
export const PieIcon = icon(
  "M12 3.5v8.5h8.5A8.5 8.5 0 1 1 12 3.5ZM15.5 4.2a8.5 8.5 0 0 1 4.3 4.3h-4.3Z",
);
export const ListIcon = icon("M8.5 6h11M8.5 12h11M8.5 18h11M4.5 6h.1M4.5 12h.1M4.5 18h.1");
export const GearIcon = icon(
  "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM12 3v2.5M12 18.5V21M4.2 7.5l2.2 1.3M17.6 15.2l2.2 1.3M4.2 16.5l2.2-1.3M17.6 8.8l2.2-1.3",
);
export const TrendIcon = icon("M3.5 17.5l6-6 4 4 7-8M15.5 7.5h5v5");
export const BackIcon = icon("M14.5 5.5 8 12l6.5 6.5");
export const PlusIcon = icon("M12 5v14M5 12h14");

/** Filled when on. */
export function StarIcon({ class: className = "size-5", isOn }: IconProps & { isOn: boolean }) {
  return (
    <svg
      class={className}
      viewBox="0 0 24 24"
      fill={isOn ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d="m12 3.8 2.5 5.3 5.7.8-4.1 4.1 1 5.8-5.1-2.8-5.1 2.8 1-5.8L3.8 9.9l5.7-.8Z" />
    </svg>
  );
}

/** A sail: what 'vela' is, and a candle of a chart in its other meaning. */
export function Mark({ class: className = "size-8" }: IconProps) {
  return (
    <svg class={className} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" class="fill-brand" />
      <path
        d="M10.5 5.5v21M13.5 24.2h10"
        class="stroke-on-brand"
        stroke-width="2"
        stroke-linecap="round"
      />
      <path d="M13.5 7c6.4 2.6 10 7.6 10.5 14.5h-10.5z" class="fill-flame" />
    </svg>
  );
}
