import type { ExportType } from "../../../shared/exports";
import { format } from "./format";
import { exportStep } from "./result";

/** Texts of publishing on a hub. */
export const push = {
  purpose: "Share it",
  title: "Hugging Face Hub",
  what: "Publishes the adapter or the merged model in a repository of yours, with a model card, as one commit. Nothing is visible there until everything has arrived.",
  destination: "Destination",
  destinationHint: "owner/name, or owner/name@branch; created if missing",
  content: "What to push",
  contentHint: "With its model card and curves",
  adapter: (size: string) => `Adapter · ${size}`,
  merged: (type: ExportType | null, bytes: number) => `Merged model, ${exportStep.variant(type, bytes)}`,
  access: {
    endpoint: "Push endpoint",
    token: "Write token",
    tokenHint: "An access token that may write; not saved",
  },
  private: "Private",
  privateHint: "If the repository is new",
  pullRequest: "As a pull request",
  pullRequestHint: "Instead of a commit to the branch",
  button: "Push to Hub",
  pushing: "Pushing",
  pushed: (bytes: number) => `Pushed ${format.bytes(bytes)} to`,
};
