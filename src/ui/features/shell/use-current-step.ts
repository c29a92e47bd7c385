import { useEffect, useState } from "react";
import { STEPS, type StepId } from "../../store/selectors";

function stepOfAddress(): StepId {
  return STEPS.find((step) => `#${step}` === location.hash) ?? "data";
}

/** User input that ends automatic scrolling. */
const USER_EVENTS = ["wheel", "touchstart", "pointerdown", "keydown", "focusin"] as const;

/** Keeps the step in the address in view while content above it is loading, until the first user input. */
function holdStep(step: StepId): () => void {
  const section = document.getElementById(step);
  // The browser would restore a scroll position that belongs to a different step by now.
  history.scrollRestoration = "manual";
  if (step === "data" || !section?.parentElement) return () => undefined;
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
    onStep(stepOfAddress());
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

/** The step in view, kept in the address bar so that a reload returns to it. */
export function useCurrentStep(): StepId {
  const [current, setCurrent] = useState<StepId>(stepOfAddress);

  useEffect(() => holdStep(stepOfAddress()), []);

  useEffect(
    () =>
      watchSteps((step) => {
        setCurrent(step);
        if (location.hash !== `#${step}`) history.replaceState(history.state, "", `#${step}`);
      }),
    [],
  );

  return current;
}
