/** One of a few: radio buttons that look like a switch, and links that do. */
import { Link } from "wouter-preact";

const TRACK =
  "inline-flex min-w-0 max-w-full flex-wrap rounded-control border border-line bg-raised p-1";
const ITEM =
  "grid min-h-9 min-w-11 flex-auto cursor-pointer place-items-center rounded-small px-3 text-small font-medium whitespace-nowrap transition-colors";
const ON = "bg-surface text-ink shadow-sm";
const OFF = "text-muted hover:text-ink";

interface ChoicesProps<T extends string> {
  legend: string;
  name: string;
  options: readonly { value: T; label: string; long?: string }[];
  value: T;
  onChoose: (value: T) => void;
  class?: string;
}

export function Choices<T extends string>(props: ChoicesProps<T>) {
  const { legend, name, options, value, onChoose, class: extra = "" } = props;
  return (
    <fieldset class={`${TRACK} ${extra}`}>
      <legend class="sr-only">{legend}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          class={`${ITEM} has-focus-visible:outline-2 has-focus-visible:outline-link ${option.value === value ? ON : OFF}`}
        >
          <input
            type="radio"
            class="sr-only"
            name={name}
            value={option.value}
            checked={option.value === value}
            aria-label={option.long}
            onChange={() => onChoose(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

interface TabsProps {
  label: string;
  tabs: readonly { href: string; label: string; isHere: boolean }[];
}

export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav aria-label={label} class={TRACK}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={tab.isHere ? "page" : undefined}
          class={`${ITEM} ${tab.isHere ? ON : OFF}`}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
