import { useEffect, useState } from "react";
import { STEPS, type StepId } from "../../store/selectors";

function stepOfAddress(): StepId {
  return STEPS.find((step) => `#${step}` === location.hash) ?? "data";
}

/** What a person does first; from then on the page scrolls as they wish. */
const TOUCHES = ["wheel", "touchstart", "pointerdown", "keydown", "focusin"] as const;

/**
 * Keeps the address's step in place while what is above it is still being read and grows, until the person does
 * something.
 */
function holdStep(step: StepId): () => void {
  const section = document.getElementById(step);
  // The browser would go back to a height that means another step by now.
  history.scrollRestoration = "manual";
  if (step === "data" || !section?.parentElement) return () => undefined;
  const observer = new ResizeObserver(() => {
    section.scrollIntoView({ behavior: "instant" });
  });
  observer.observe(section.parentElement);
  const release = () => {
    observer.disconnect();
    for (const touch of TOUCHES) removeEventListener(touch, release);
  };
  for (const touch of TOUCHES) addEventListener(touch, release, { passive: true });
  return release;
}

/** Longest that a scroll to a chosen step may take; then the steps in sight count again. */
const JOURNEY_MS = 1500;

/** Tells of each step that comes into sight; not of those passed on the way to one that was chosen. */
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
    journey = setTimeout(arrive, JOURNEY_MS);
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

/** The step in sight. The address bar follows it, and a reload returns to it. */
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
