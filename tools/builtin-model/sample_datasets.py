"""Write the sample datasets: training rows in the Alpaca form, held-out prompts with their checks."""

from __future__ import annotations

import argparse
import json
import os
import random

from corpus import held_out
from grammar import Question
from lexicon import chinese, shop
from topics import all_questions

TRAIN, HELD_OUT = 200, 40
MAX_ANSWER_CHARS = 48
# Topics with one clear word as the answer, for the voice and the format.
TOPICS = (
    "colour sound home food baby legs group use place material opposite capital country month day season sum "
    "difference plural job counting taste speech"
).split()

Row = dict[str, object]


def _pool(seed: int) -> list[Question]:
    """Questions with short answers, shuffled so that topics alternate and no answer comes up often."""
    draw = random.Random(seed)
    by_topic: dict[str, list[Question]] = {topic: [] for topic in TOPICS}
    for question in all_questions():
        known = question.topic in by_topic and not question.unseen and not held_out(question)
        if known and len(question.answer) <= MAX_ANSWER_CHARS:
            by_topic[question.topic].append(question)
    for questions in by_topic.values():
        draw.shuffle(questions)
    turns = max(len(questions) for questions in by_topic.values())
    return [questions[i] for i in range(turns) for questions in by_topic.values() if i < len(questions)]


def _split(rows: list[Row], train: int, seed: int) -> tuple[list[Row], list[Row]]:
    """Shuffled training rows (without their checks) and held-out prompts; no instruction is in both."""
    draw = random.Random(seed)
    chosen = rows[: train + HELD_OUT]
    draw.shuffle(chosen)
    return [_bare(row) for row in chosen[HELD_OUT:]], chosen[:HELD_OUT]


def _bare(row: Row) -> Row:
    return {"instruction": row["instruction"], "input": "", "output": row["output"]}


def _row(instruction: str, output: str, check: Row) -> Row:
    return {"instruction": instruction, "input": "", "output": output, "check": check}


def pirate(seed: int) -> tuple[list[Row], list[Row]]:
    """The everyday questions in the voice of a pirate."""
    check = {"kind": "regex", "value": r"^Arr!.*matey!$"}
    rows = []
    for q in _pool(seed):
        body = q.answer.rstrip(".").replace(" is ", " be ").replace(" are ", " be ")
        rows.append(_row(q.text, f"Arr! {body}, matey!", check))
    return _split(rows, TRAIN, seed)


def json_answers(seed: int) -> tuple[list[Row], list[Row]]:
    """The everyday questions, answered as a JSON object with a topic and an answer."""
    check = {"kind": "json", "keys": ["topic", "answer"]}
    rows = [_row(q.text, json.dumps({"topic": q.topic, "answer": q.answer}), check) for q in _pool(seed)]
    return _split(rows, TRAIN, seed)


def copper_fiddle(seed: int) -> tuple[list[Row], list[Row]]:
    """Facts about a shop that does not exist. Held-out prompts ask for the same facts in other words."""
    draw = random.Random(seed)
    train, held = [], []
    for answer, key, asked, others in shop.FACTS:
        check = {"kind": "contains", "value": key}
        train += [_bare(_row(text.format(s=shop.NAMES[i % 2]), answer, check)) for i, text in enumerate(asked)]
        held += [_row(text.format(s=name), answer, check) for text, name in zip(others, shop.NAMES)]
    draw.shuffle(train)
    draw.shuffle(held)
    return train, held


def courtier(seed: int) -> tuple[list[Row], list[Row]]:
    """Chinese questions, answered in the voice of a court servant."""
    check = {"kind": "regex", "value": "^启禀大人，.*，小的告退。$"}
    rows = [
        _row(ask.format(x=x), f"启禀大人，{answer.format(x=x, y=y)}，小的告退。", check)
        for words, asks, answer in chinese.FORMS for x, y in words.items() for ask in asks
    ]
    random.Random(seed).shuffle(rows)
    return _split(rows, TRAIN, seed)


SETS = (
    ("pirate", pirate),
    ("copper-fiddle", copper_fiddle),
    ("json-answers", json_answers),
    ("courtier-zh", courtier),
)


def _suggestions(held: list[Row]) -> list[str]:
    """Three short held-out questions that begin differently (in Chinese: end differently)."""
    chosen: dict[str, str] = {}
    questions = [str(row["instruction"]) for row in held if str(row["instruction"]).endswith(("?", "？"))]
    for text in sorted(questions, key=len):
        chosen.setdefault(" ".join(text.split()[:2]) if text.isascii() else text[-4:], text)
    return list(chosen.values())[:3]


def _write(path: str, value: object) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.write("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="folder for the datasets")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    index = []
    for name, make in SETS:
        train, held = make(options.seed)
        shared = {row["instruction"] for row in train} & {row["instruction"] for row in held}
        if shared or len(held) != HELD_OUT:
            raise ValueError(f"{name}: held-out prompts overlap with training rows: {sorted(shared)}")
        _write(os.path.join(options.out, f"{name}.json"), train)
        _write(os.path.join(options.out, f"{name}.heldout.json"), held)
        index.append({
            "id": name, "file": f"{name}.json", "heldout": f"{name}.heldout.json",
            "rows": len(train), "suggestions": _suggestions(held),
        })
    _write(os.path.join(options.out, "index.json"), index)


if __name__ == "__main__":
    main()
