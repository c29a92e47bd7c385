import { objectiveTitles } from "../../../export/english/titles";
import type { ObjectiveId } from "../../../shared/objectives";
import type { Goal } from "../../../shared/objectives";
import type { OptionText } from "../option-texts";
import type { ObjectiveField } from "../../../shared/objectives";

/* What a run learns, and the objectives on preferences. Options are TRL's. */

const likelihood =
  "Adds the cross-entropy of the chosen answers, with this weight. It keeps them likely; too much of it is training on answers alone.";

const options: Readonly<Record<ObjectiveField, OptionText>> = {
  beta: {
    label: "Beta",
    hint: "How strongly the model is held to what it was. Small values let it move further; large ones hardly let it learn.",
  },
  lambda: {
    label: "Lambda",
    hint: "The weight of preferring the chosen answer beside learning it.",
  },
  label_smoothing: {
    label: "Label smoothing",
    hint: "The share of pairs that may be labelled the wrong way round. 0 trusts every pair.",
  },
  simpo_gamma: {
    label: "Gamma",
    hint: "By how much the chosen answer's reward should exceed the rejected one's.",
  },
  desirable_weight: {
    label: "Weight of good answers",
    hint: "Raise it if good answers are the fewer ones, so that good and bad ones weigh about the same altogether.",
  },
  undesirable_weight: {
    label: "Weight of bad answers",
    hint: "Raise it if bad answers are the fewer ones.",
  },
  sft_weight: { label: "Weight of the chosen answers", hint: likelihood },
  cpo_alpha: { label: "Weight of the chosen answers", hint: likelihood },
};

const titles: Readonly<Record<ObjectiveId, { readonly title: string; readonly summary: string }>> = {
  dpo: {
    title: objectiveTitles.dpo,
    summary:
      "Makes chosen answers likelier and rejected ones less likely than the model found them before training. The usual choice.",
  },
  hinge: {
    title: objectiveTitles.hinge,
    summary: "As DPO, but pairs that are told apart well enough no longer count.",
  },
  robust: {
    title: objectiveTitles.robust,
    summary: "DPO for data in which some pairs are labelled the wrong way round.",
  },
  ipo: {
    title: objectiveTitles.ipo,
    summary: "Aims at a fixed margin per token instead of an ever larger one. Choose it if DPO overfits.",
  },
  orpo: {
    title: objectiveTitles.orpo,
    summary:
      "Learns the chosen answers with their questions and, at the same time, to prefer them. It needs no comparison with the model before training, and suits models that have not been taught to answer.",
  },
  kto: {
    title: objectiveTitles.kto,
    summary:
      "Learns from single answers that are labelled good or bad, which need not come in pairs. Of a pair, it takes the two answers one by one.",
  },
  simpo: {
    title: objectiveTitles.simpo,
    summary:
      "Compares mean log-probabilities per token, so that length does not count, and needs no comparison with the model before training.",
  },
  cpo: {
    title: objectiveTitles.cpo,
    summary:
      "DPO without the comparison with the model before training; the chosen answers are learned beside it.",
  },
};

const goals: Readonly<Record<Goal, string>> = {
  answers: "Answers",
  text: "Text",
  preferences: "Which answer is better",
};

export const objectives = {
  question: "What should it learn?",
  goals,
  /** What the data and the model allow. */
  fits: {
    "no-data": "The dataset decides what is possible.",
    answers:
      "The dataset has questions and answers. “Text” also learns the questions. Pairs of a chosen and a rejected answer would allow “Which answer is better”.",
    "answers-only":
      "The dataset has questions and answers, and a model with an encoder learns the answers. Pairs of a chosen and a rejected answer would allow “Which answer is better”.",
    text: "The dataset is plain text, so every token is learned.",
    preferences: "The dataset has pairs of a chosen and a rejected answer. “Answers” learns the chosen ones.",
    labels:
      "The dataset has answers labelled good or bad, from which KTO learns which are better. “Answers” learns the good ones.",
  },
  label: "Objective",
  titles,
  options,
};
