/* What the field's words mean, where they stand on the page. */

export const glossary = {
  step: "One update of the trained weights, after one batch of rows.",
  epoch: "One pass over all training rows.",
  batch: "The rows that are computed together before the weights change.",
  loss: "How surprised the model is by the right answer, per token: the negative logarithm of the probability it gave. Lower is better; 0 is certainty.",
  validation:
    "The loss on rows held out from training. It tells whether what was learned holds for rows the model has not seen; if it rises while the training loss falls, the model overfits.",
  learningRate: "How far the weights move with each step.",
  gradientNorm: "How strongly the weights are pulled in a step. Spikes mean unstable training.",
  token: "A piece of text as the model reads it: a word, part of one, or a sign.",
  lora: "Low-rank adaptation: the model stays as it is, and two small matrices beside each of its large ones are trained.",
  rank: "The inner size of an adapter's matrices. A higher rank can learn more and takes more memory.",
  alpha: "The factor of an adapter's effect: its output is multiplied by alpha / r.",
  dropout: "Switches off a random share of values in each step, against overfitting.",
  adapter: "The trained weights alone. They are small, and change how the base model answers.",
  quantised:
    "Weights stored with fewer bits each, often four. A model takes a quarter of the memory and loses a little precision.",
  perplexity:
    "The exponential of the loss: among how many equally likely tokens the model seems to choose. Lower is better.",
  maxLength: "Rows longer than this many tokens are cut off. Memory grows with it.",
  seed: "The number that random choices start from. The same seed gives the same run.",
  temperature: "How freely the next token is drawn. At 0 it is always the most likely one.",
};
