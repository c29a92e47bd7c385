import { FakeClient } from "../../support/fake-client/client";
import { mountStudio } from "../../../src/ui/mount";
import { en } from "../../../src/ui/text/en";
import { pseudoLanguage } from "../../support/pseudo-language";

/**
 * The page over the fake client: `?gpu=off` pretends a browser without WebGPU, `?pace=5` hurries, `?interrupted` has a
 * run to go on with, `?pseudo` speaks the pseudo-language.
 */
const query = new URLSearchParams(location.search);
const root = document.getElementById("root");
if (root) {
  mountStudio(
    root,
    new FakeClient({
      gpu: query.get("gpu") !== "off",
      paceMs: Number(query.get("pace") ?? 30),
      interrupted: query.has("interrupted"),
    }),
    query.has("pseudo") ? pseudoLanguage(en) : undefined,
  );
}
