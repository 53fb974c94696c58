/** Form fields: a label above, the fault below, said to screen readers with the field. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { useLanguage } from "../context";
import { EyeIcon, EyeOffIcon } from "./icons";

const INPUT =
  "h-12 w-full rounded-control border bg-surface px-3.5 text-lead text-ink placeholder:text-muted focus-visible:outline-offset-0";

interface FieldProps {
  name: string;
  label: string;
  value: string;
  fault: string | null;
  onInput: (value: string) => void;
}

function border(fault: string | null): string {
  return fault ? "border-bad" : "border-edge";
}

function Fault({ id, text }: { id: string; text: string | null }) {
  return (
    <p id={id} class="mt-1.5 min-h-5 text-small text-bad">
      {text}
    </p>
  );
}

function Labelled({
  id,
  label,
  children,
}: {
  id: string;
  label: string;
  children: ComponentChildren;
}) {
  return (
    <div>
      <label for={id} class="mb-1.5 block font-medium">
        {label}
      </label>
      {children}
    </div>
  );
}

export function EmailField({ name, label, value, fault, onInput }: FieldProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label}>
      <input
        id={id}
        name={name}
        type="email"
        inputMode="email"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        class={`${INPUT} ${border(fault)}`}
        value={value}
        aria-invalid={fault !== null}
        aria-describedby={`${id}-fault`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <Fault id={`${id}-fault`} text={fault} />
    </Labelled>
  );
}

/** A short text: a number of days, of shares. */
export function TextField({ name, label, value, fault, onInput }: FieldProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label}>
      <input
        id={id}
        name={name}
        inputMode="decimal"
        autocomplete="off"
        class={`${INPUT} ${border(fault)}`}
        value={value}
        aria-invalid={fault !== null}
        aria-describedby={`${id}-fault`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <Fault id={`${id}-fault`} text={fault} />
    </Labelled>
  );
}

/** A code from an e-mail; a phone offers it as it arrives. */
export function CodeField({ name, label, value, fault, onInput }: FieldProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label}>
      <input
        id={id}
        name={name}
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck={false}
        class={`${INPUT} tabular-nums ${border(fault)}`}
        value={value}
        aria-invalid={fault !== null}
        aria-describedby={`${id}-fault`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <Fault id={`${id}-fault`} text={fault} />
    </Labelled>
  );
}

export function PasswordField(props: FieldProps & { isNew: boolean }) {
  const { name, label, value, fault, onInput, isNew } = props;
  const id = useId();
  const { t } = useLanguage();
  const [isShown, setShown] = useState(false);
  return (
    <Labelled id={id} label={label}>
      <div class="relative">
        <input
          id={id}
          name={name}
          type={isShown ? "text" : "password"}
          autocomplete={isNew ? "new-password" : "current-password"}
          autocapitalize="none"
          spellcheck={false}
          class={`${INPUT} pr-13 ${border(fault)}`}
          value={value}
          aria-invalid={fault !== null}
          aria-describedby={`${id}-fault`}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        <button
          type="button"
          class="absolute inset-y-0.5 right-0.5 grid w-11 place-items-center rounded-control text-muted hover:text-ink"
          aria-label={t(isShown ? "auth.hide" : "auth.show")}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? <EyeOffIcon /> : <EyeIcon />}
        </button>
      </div>
      <Fault id={`${id}-fault`} text={fault} />
    </Labelled>
  );
}
