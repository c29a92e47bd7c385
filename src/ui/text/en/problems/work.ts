import type { WorkProblems } from "../../../../lib/problems/work-problems";
import type { ProblemTexts } from "./words";

export const workProblems: ProblemTexts<WorkProblems> = {
  cancelled: () => ({ what: "The work was stopped.", advice: "Start it again when you like." }),
  internal: ({ reason }) => ({
    what: `Luthier made a mistake: ${reason.replace(/\.$/, "")}.`,
    advice: "Reload the page; your datasets and settings are kept. Please report it with this message.",
  }),
};
