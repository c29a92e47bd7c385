import type { TrainerGap } from "../../shared/exports";
import { trainerGaps } from "../english/trainer-gaps";

/** A Markdown list of what differs. */
export function gapList(gaps: readonly TrainerGap[]): string {
  return gaps.map((gap) => `- ${trainerGaps[gap]}`).join("\n");
}
