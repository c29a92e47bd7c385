/* The first sight of the page: what it is, shown in three moments. */

export const start = {
  lead: "Teach a small language model from your own examples, in this browser, on your own GPU.",
  private: "Nothing is uploaded.",
  examples: { title: "Examples", choose: "Choose other examples" },
  training: {
    title: "Training",
    choose: "Change how it is trained",
    idle: (method: string) =>
      `Press Train: ${method} learns from these examples. Here you will see its answer to one question change as it learns.`,
    soon: "Its first answer appears here in a moment.",
  },
  answers: {
    title: "Before and after",
    choose: "Ask your own questions",
    idle: "After training, a question that it has not seen is answered by the model as it was and as it is then.",
    before: "Before:",
    after: "After:",
  },
};
