/**
 * Run in a page before its own scripts: opens every step, as a person who likes it so finds it. Most tests are about
 * what is in the steps.
 */
export function everyStepOpen(): void {
  // An empty page has no storage.
  if (location.protocol === "about:") return;
  if (localStorage.getItem("luthier-settings") !== null) return;
  const openSteps = ["data", "model", "method", "train", "compare", "export"];
  localStorage.setItem(
    "luthier-settings",
    JSON.stringify({ state: { keepsStepsOpen: true, openSteps }, version: 1 }),
  );
}
