/** Where the focus goes when a form is not complete: to the first field at fault. */

export function focusFirstFault(form: HTMLFormElement): void {
  // After the render that marks the fields.
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
