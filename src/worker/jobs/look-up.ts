import type { HubRequest } from "../../protocol/hub-commands";
import type { HubListing } from "../../shared/hub";
import { askHub } from "../hub-offer";
import type { Job } from "./owner";

/** Lists a hub repository. */
export function lookUpJob(request: HubRequest): Job<HubListing> {
  return {
    kind: "look-up",
    async run({ signal }) {
      const { repository, choices } = await askHub(request, signal);
      const offered = choices.map(({ id, kind, sizeBytes }) => ({ id, kind, sizeBytes }));
      return { license: repository.license, choices: offered };
    },
  };
}
