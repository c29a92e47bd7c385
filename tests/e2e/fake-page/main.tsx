import { FakeClient } from "../../support/fake-client/client";
import type { Answer, Turn } from "../../../src/ui/store/state";
import { trustOwnScripts } from "../../../src/client/trusted-scripts";
import { mountStudio } from "../../../src/ui/mount";
import { en } from "../../../src/ui/text/en";
import { openingLanguage } from "../../../src/ui/text/languages";
import { pseudoLanguage } from "../../support/pseudo-language";

/**
 * The page with the fake client. `?gpu=off` simulates a browser without WebGPU, `?pace=5` speeds it up and `?pace=1`
 * ends every run soon, `?interrupted` has a run to resume, `?failing` makes runs diverge, `?models=none` offers no
 * model, `?pseudo` uses the pseudo-language; `?turns`, `?adapters`, `?runs` and `?rows` set their numbers.
 */
const query = new URLSearchParams(location.search);
const pace = Number(query.get("pace") ?? 30);
const count = (name: string): number => Number(query.get(name) ?? 0);
trustOwnScripts();
const root = document.getElementById("root");
if (root) {
  const language = query.has("pseudo")
    ? ({ id: "en", text: pseudoLanguage(en) } as const)
    : await openingLanguage(localStorage, navigator.languages);
  mountStudio(
    root,
    new FakeClient({
      gpu: query.get("gpu") !== "off",
      paceMs: pace,
      reportsFew: pace === 1,
      interrupted: query.has("interrupted"),
      adapters: count("adapters"),
      rows: count("rows"),
      runs: count("runs"),
      failure: query.has("failing") ? { code: "diverged", step: 12, loss: 41.7, gradNorm: 980 } : null,
      ...(query.get("models") === "none" && { models: [] }),
    }),
    language,
    (store) => {
      // A loaded model starts a new conversation.
      const end = store.subscribe(({ model, adapters }) => {
        if (!model || adapters.length < count("adapters")) return;
        end();
        store.setState({ turns: turns(count("turns")) });
      });
    },
  );
}

/** A conversation of that many answered questions. */
function turns(count: number): Turn[] {
  const answer: Answer = {
    state: "done",
    text: "It is a wooden box that sings. ".repeat(10),
    ids: [],
    tokensPerSecond: 20,
    finish: "end-token",
    problem: null,
  };
  return Array.from({ length: count }, (_, index) => ({
    id: `turn ${index}`,
    row: null,
    question: `Question ${index + 1}: what is a violin?`,
    system: "",
    attempt: 0,
    blindOrder: null,
    answers: [{ voice: null, answer }],
  }));
}
