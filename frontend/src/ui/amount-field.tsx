/** A field for an amount: large, with its unit, comma and dot welcome. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface AmountFieldProps {
  name: string;
  label: string;
  unit: string;
  value: string;
  fault: string | null;
  /** What was understood of it, in the reader's way of writing. */
  echo?: string | null;
  onInput: (value: string) => void;
  children?: ComponentChildren;
}

export function AmountField(props: AmountFieldProps) {
  const { name, label, unit, value, fault, echo, onInput, children } = props;
  const id = useId();
  return (
    <div>
      <label for={id} class="mb-1.5 block font-medium">
        {label}
      </label>
      <div class="relative">
        <input
          id={id}
          name={name}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          placeholder="0"
          class={`h-14 w-full rounded-control border bg-surface pr-20 pl-4 text-title font-semibold tabular-nums placeholder:text-muted ${fault ? "border-bad" : "border-edge"}`}
          value={value}
          aria-invalid={fault !== null}
          aria-describedby={`${id}-fault`}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        <span
          class="pointer-events-none absolute inset-y-0 right-4 grid max-w-24 place-items-center font-medium text-muted"
          aria-hidden="true"
        >
          {unit}
        </span>
      </div>
      {children}
      <p
        id={`${id}-fault`}
        class={`mt-1.5 min-h-5 text-small tabular-nums ${fault ? "text-bad" : "text-muted"}`}
      >
        {fault ?? echo}
      </p>
    </div>
  );
}
