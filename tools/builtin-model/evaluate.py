"""Ask the exported model 200 questions that were never trained on, in both templates."""

from __future__ import annotations

import argparse
import json
from collections import Counter

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from chat import answers, contains, prompt_of, repeats
from corpus import held_out_questions

QUESTIONS, SEED = 200, 7


def evaluate(folder: str, show: bool) -> dict[str, dict[str, float]]:
    """Fractions of keyword-correct, repeating and unfinished greedy answers for each template."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    questions = held_out_questions(QUESTIONS, SEED)
    result: dict[str, dict[str, float]] = {}
    for template in ("chat", "alpaca"):
        replies = answers(model, tokenizer, [prompt_of(tokenizer, q.text, template) for q in questions])
        right = [all(contains(text, key) for key in q.keys) for q, (text, _) in zip(questions, replies)]
        wrong = Counter(q.topic for q, ok in zip(questions, right) if not ok)
        for (text, ended), ok, question in zip(replies, right, questions):
            if show and (not ok or not ended or repeats(text)):
                print(f"  {template}: {question.text} -> {text} (wanted {', '.join(question.keys)})")
        result[template] = {
            "correct": sum(right) / QUESTIONS,
            "correct_new_phrasing": sum(right[: QUESTIONS // 2]) / (QUESTIONS // 2),
            "correct_new_combination": sum(right[QUESTIONS // 2 :]) / (QUESTIONS // 2),
            "repeating": sum(repeats(text) for text, _ in replies) / QUESTIONS,
            "unfinished": sum(not ended for _, ended in replies) / QUESTIONS,
        }
        print(template, result[template], dict(wrong.most_common(8)), flush=True)
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="model folder")
    parser.add_argument("--out", help="write the figures to this JSON file")
    parser.add_argument("--show", action="store_true", help="print the wrong answers")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    figures = evaluate(options.model, options.show)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)
            file.write("\n")
