/** The platform's modal dialog: it keeps the focus, closes on Escape, and gives the focus back. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  title: string;
  /** While it is not, Escape does nothing: something is under way. */
  canClose?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, canClose = true, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed before it is taken away: only then the platform gives the focus back.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      class="w-[calc(100%-2rem)] max-w-md animate-arrive rounded-card border border-line bg-surface p-6 shadow-lg max-sm:mb-4"
      onCancel={(event) => {
        event.preventDefault();
        if (canClose) onClose();
      }}
    >
      <h2 id={id} class="mb-4 text-lead font-semibold">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
