"""Checks of the data: nothing held out is trained on, and no tuned behaviour is in the base."""

from __future__ import annotations

import re
import unittest

import sample_datasets
from corpus import Corpus, held_out_questions
from lexicon import language, shop
from templates import END, segments

ROWS = 20_000


class CorpusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.rows = list(Corpus(3).rows(ROWS))
        cls.asked = {text for row in cls.rows for role, text in row.messages if role == "user"}
        cls.answered = [text for row in cls.rows for role, text in row.messages if role == "assistant"]

    def test_held_out_questions_are_not_trained_on(self) -> None:
        held = {question.text for question in held_out_questions(200, 7)}
        self.assertEqual(len(held), 200)
        self.assertEqual(held & self.asked, set())

    def test_same_seed_gives_the_same_rows(self) -> None:
        self.assertEqual(list(Corpus(3).rows(50)), self.rows[:50])
        self.assertNotEqual(list(Corpus(4).rows(50)), self.rows[:50])

    def test_no_pirate_in_the_base(self) -> None:
        self.assertEqual([text for text in self.answered if re.search(r"^Arr!.*matey!$", text)], [])

    def test_json_only_when_asked_for(self) -> None:
        for row in self.rows:
            if row.messages[-1][1].startswith('{"'):
                said = " ".join(text for _, text in row.messages[:-1])
                self.assertIn("JSON", said)

    def test_the_shop_is_unknown_to_the_base(self) -> None:
        names = {f"{first} {second}" for first in language.SHOP_FIRST for second in language.SHOP_SECOND}
        self.assertNotIn("Copper Fiddle", names)
        self.assertFalse(any("the Copper Fiddle" in text for text in self.asked))

    def test_every_answer_ends_and_is_supervised(self) -> None:
        for row in self.rows[:2000]:
            supervised = [text for text, on in segments(row) if on]
            self.assertEqual(len(supervised), sum(role == "assistant" for role, _ in row.messages))
            self.assertTrue(all(text.endswith(END) for text in supervised))


class SampleDatasetsTest(unittest.TestCase):
    def test_sizes_and_no_shared_instruction(self) -> None:
        for name, make, *_ in sample_datasets.SETS:
            with self.subTest(name):
                train, held = make(5)
                self.assertTrue(150 <= len(train) <= 300, len(train))
                self.assertEqual(len(held), 40)
                asked = [row["instruction"] for row in train]
                self.assertEqual(len(asked), len(set(asked)))
                self.assertEqual(set(asked) & {row["instruction"] for row in held}, set())

    def test_each_fact_has_its_key_and_two_held_out_questions(self) -> None:
        for answer, key, asked, others in shop.FACTS:
            self.assertIn(key, answer.lower())
            self.assertEqual((len(asked), len(others)), (12, 2))


if __name__ == "__main__":
    unittest.main()
