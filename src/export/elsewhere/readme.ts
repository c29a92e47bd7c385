import type { TrainerGap } from "../../shared/exports";
import { gapList } from "./gaps";

/** README.md of a folder for another trainer. */
export function trainerReadme(facts: {
  readonly tool: string;
  readonly what: string;
  readonly commands: readonly string[];
  readonly needsBase: boolean;
  readonly gaps: readonly TrainerGap[];
  /** Further remarks, each a paragraph. */
  readonly remarks?: readonly string[];
}): string {
  const { tool, what, commands, needsBase, gaps, remarks = [] } = facts;
  const parts = [
    `# The same run in ${tool}`,
    what,
    ...(needsBase
      ? ["Replace `path/to/base-model` with the folder or the repository of the base model."]
      : []),
    `\`\`\`sh\n${commands.join("\n")}\n\`\`\``,
    ...remarks,
    "The adapter that it trains can be dropped on Luthier's Export step and compared with the base model.",
    "## What differs from the run in the browser",
    gapList(gaps),
  ];
  return `${parts.join("\n\n")}\n`;
}
