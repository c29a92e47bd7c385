"""Writes tests/golden/scores.json: sacrebleu's chrF and rouge-score's ROUGE-L of pairs of texts.

Usage: $(tests/oracle/setup.sh scores) tests/oracle/make_score_goldens.py
"""

import json
import random
from pathlib import Path

from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import CHRF

GOLDEN = Path(__file__).parent.parent / "golden" / "scores.json"

PAIRS = [
    ("The cat sat on the mat.", "The cat sat on the mat."),
    ("the cat", "The cat sat on the mat."),
    ("", "An answer."),
    ("An answer.", ""),
    ("", ""),
    ("a", "a"),
    ("abc", "abcd"),
    ("ab ab ab ab ab", "ab cd ab"),
    ("Arr! Lima be in Peru, matey!", "Lima is in Peru."),
    ('{"a": [1, 2]}', '{"a": [1, 2, 3]}'),
    ("今天天气很好", "今天天气非常好。"),
    ("naïve café — déjà vu", "naive cafe, deja vu"),
    ("İstanbul's 3rd K\u212aelvin", "istanbul s 3rd kkelvin"),
    ("one\u00a0two\u2003three\ttabs\x1cand\x85lines", "one two three tabs and lines"),
    ("\ufeffmark", "mark"),
    ("👩‍🚀 flies 🚀🚀", "🚀 flies 👩‍🚀"),
    ("x_y-z 12.5%", "x y z 12 5"),
]


def main() -> None:
    drawn = random.Random(7)
    words = "the a cat dog sat on mat, it's 42 – red Blue. é 茶 of and runs".split()
    for _ in range(60):
        texts = [" ".join(drawn.choices(words, k=drawn.randint(0, 14))) for _ in range(2)]
        PAIRS.append((texts[0], texts[1]))
    chrf, rouge = CHRF(), RougeScorer(["rougeL"])
    rows = [
        {
            "answer": answer,
            "expected": expected,
            "chrf": chrf.sentence_score(answer, [expected]).score,
            "rougeL": rouge.score(expected, answer)["rougeL"].fmeasure,
        }
        for answer, expected in PAIRS
    ]
    GOLDEN.write_text(json.dumps(rows, ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    main()
