import { useEffect, useState } from "react";
import { useStudio, useStudioContext } from "../../store/context";
import type { StudioStore } from "../../store/create-store";
import { STEPS, type StepId } from "../../store/steps";

function stepOfAddress(): StepId | null {
  return STEPS.find((step) => `#${step}` === location.hash) ?? null;
}

/** User input that ends automatic scrolling. */
const USER_EVENTS = ["wheel", "touchstart", "pointerdown", "keydown", "focusin"] as const;

/** Keeps the step in the address in view while content above it is loading, until the first user input. */
function holdStep(step: StepId | null): () => void {
  const section = step && document.getElementById(step);
  // The browser would restore a scroll position that belongs to a different step by now.
  history.scrollRestoration = "manual";
  if (!section?.parentElement) return () => undefined;
  const observer = new ResizeObserver(() => {
    section.scrollIntoView({ behavior: "instant" });
  });
  observer.observe(section.parentElement);
  const release = () => {
    observer.disconnect();
    for (const touch of USER_EVENTS) removeEventListener(touch, release);
  };
  for (const touch of USER_EVENTS) addEventListener(touch, release, { passive: true });
  return release;
}

/** Maximum duration of a scroll to a chosen step; afterwards visible steps count again. */
const SCROLL_MS = 1500;

/** Reports each step that scrolls into view, except those passed on the way to a chosen step. */
function watchSteps(onStep: (step: StepId) => void): () => void {
  const inSight = new Map<StepId, boolean>();
  let journey: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    const step = STEPS.find((id) => inSight.get(id));
    if (step && journey === undefined) onStep(step);
  };
  const arrive = () => {
    clearTimeout(journey);
    journey = undefined;
    tell();
  };
  const leave = () => {
    const step = stepOfAddress();
    if (step) onStep(step);
    clearTimeout(journey);
    journey = setTimeout(arrive, SCROLL_MS);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const step = STEPS.find((id) => id === entry.target.id);
        if (step) inSight.set(step, entry.isIntersecting);
      }
      tell();
    },
    // A step is current while it crosses a line in the upper third of the window.
    { rootMargin: "-30% 0px -69% 0px" },
  );
  for (const step of STEPS) {
    const section = document.getElementById(step);
    if (section) observer.observe(section);
  }
  addEventListener("hashchange", leave);
  addEventListener("scrollend", arrive);
  return () => {
    observer.disconnect();
    clearTimeout(journey);
    removeEventListener("hashchange", leave);
    removeEventListener("scrollend", arrive);
  };
}

/** Opens a step and brings it into view. */
function showStep(store: StudioStore, step: StepId): void {
  store.getState().openStep(step);
  // Another step may have closed above it.
  requestAnimationFrame(() => document.getElementById(step)?.scrollIntoView());
}

/** Opens the steps that the address or a link leads to. */
function followLinks(store: StudioStore): () => void {
  const follow = () => {
    const step = stepOfAddress();
    if (step) showStep(store, step);
  };
  const click = ({ target }: MouseEvent) => {
    const link = target instanceof Element ? target.closest('a[href^="#"]') : null;
    const step = STEPS.find((id) => link?.getAttribute("href") === `#${id}`);
    if (step) showStep(store, step);
  };
  const first = stepOfAddress();
  if (first) store.getState().openStep(first);
  addEventListener("hashchange", follow);
  addEventListener("click", click);
  return () => {
    removeEventListener("hashchange", follow);
    removeEventListener("click", click);
  };
}

/**
 * The step that is open, or of several the one in view; kept in the address bar so that a reload returns to it. Null
 * while none is open.
 */
export function useCurrentStep(): StepId | null {
  const { store } = useStudioContext();
  const { keepsOpen, open } = useStudio((state) => ({
    keepsOpen: state.keepsStepsOpen,
    open: state.openSteps.at(-1) ?? null,
  }));
  const [inView, setInView] = useState<StepId>(() => stepOfAddress() ?? "data");

  useEffect(() => holdStep(stepOfAddress()), []);
  useEffect(() => followLinks(store), [store]);
  useEffect(() => (keepsOpen ? watchSteps(setInView) : undefined), [keepsOpen]);

  const current = keepsOpen ? inView : open;
  useEffect(() => {
    if (current && location.hash !== `#${current}`) history.replaceState(history.state, "", `#${current}`);
  }, [current]);
  return current;
}
