import type { StepId } from "../store/steps";

/** Opens what an element is folded into, and moves the focus to it. */
export function reveal(element: HTMLElement): void {
  for (let at = element.closest("details"); at; at = at.parentElement?.closest("details") ?? null) {
    at.open = true;
  }
  // What has just been opened is laid out first.
  requestAnimationFrame(() => {
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  });
}

/** Moves the focus to an option's field in a step, opening what it is folded into. */
export function revealField(step: StepId, field: string): void {
  const cell = document.querySelector(`#${step} [data-field="${CSS.escape(field)}"]`);
  const control = cell?.querySelector<HTMLElement>("input, select, textarea");
  if (control) reveal(control);
}
