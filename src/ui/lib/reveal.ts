import type { StepId } from "../store/steps";

/** Opens all sections around an element and focuses it. */
export function reveal(element: HTMLElement): void {
  for (let at = element.closest("details"); at; at = at.parentElement?.closest("details") ?? null) {
    at.open = true;
  }
  // Opened sections are laid out first.
  requestAnimationFrame(() => {
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  });
}

/** Focuses an option's field in a step, opening the sections around it. */
export function revealField(step: StepId, field: string): void {
  const cell = document.querySelector(`#${step} [data-field="${CSS.escape(field)}"]`);
  const control = cell?.querySelector<HTMLElement>("input, select, textarea");
  if (control) reveal(control);
}
