import { FakeClient } from "../../support/fake-client/client";
import type { Answer, Turn } from "../../../src/ui/store/state";
import { trustOwnScripts } from "../../../src/client/trusted-scripts";
import { mountStudio } from "../../../src/ui/mount";
import { en } from "../../../src/ui/text/en";
import { pseudoLanguage } from "../../support/pseudo-language";

/**
 * The page over the fake client: `?gpu=off` pretends a browser without WebGPU, `?pace=5` hurries, `?interrupted` has a
 * run to go on with, `?pseudo` speaks the pseudo-language; `?turns`, `?adapters` and `?rows` say how many there are.
 */
const query = new URLSearchParams(location.search);
const count = (name: string): number => Number(query.get(name) ?? 0);
trustOwnScripts();
const root = document.getElementById("root");
if (root) {
  mountStudio(
    root,
    new FakeClient({
      gpu: query.get("gpu") !== "off",
      paceMs: Number(query.get("pace") ?? 30),
      interrupted: query.has("interrupted"),
      adapters: count("adapters"),
      rows: count("rows"),
    }),
    query.has("pseudo") ? pseudoLanguage(en) : undefined,
    (store) => {
      // A model that is loaded begins a conversation of its own.
      const end = store.subscribe(({ model, adapters }) => {
        if (!model || adapters.length < count("adapters")) return;
        end();
        store.setState({ turns: turns(count("turns")) });
      });
    },
  );
}

/** A conversation of so many questions, all answered. */
function turns(count: number): Turn[] {
  const answer: Answer = {
    state: "done",
    text: "It is a wooden box that sings. ".repeat(10),
    tokensPerSecond: 20,
    finish: "end-token",
    problem: null,
  };
  return Array.from({ length: count }, (_, index) => ({
    id: `turn ${index}`,
    question: `Question ${index + 1}: what is a violin?`,
    voices: { before: null, after: null },
    before: answer,
    after: null,
  }));
}
