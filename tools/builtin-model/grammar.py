"""Questions and answers built from the word lists.

A `Topic` is a set of slot values crossed with phrasings. Each question has its full answer, its
one-word answer and the keywords of a correct answer, so that training rows, style samples and
held-out checks share one source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterator

from lexicon import language


@dataclass(frozen=True)
class Question:
    """One question with its answer. `unseen` marks a phrasing that training never uses."""

    topic: str
    text: str
    answer: str
    short: str
    keys: tuple[str, ...]
    unseen: bool = False


@dataclass(frozen=True)
class Topic:
    """Phrasings and slots. `ask` is for training, `held` for held-out checks only."""

    name: str
    slots: list[dict[str, str]]
    ask: tuple[str, ...]
    answers: tuple[str, ...]
    short: str
    held: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=())

    def questions(self) -> Iterator[Question]:
        """Every slot in every phrasing. A phrasing always takes the same form of answer."""
        phrasings = [(text, False) for text in self.ask] + [(text, True) for text in self.held]
        for slot in self.slots:
            for index, (text, unseen) in enumerate(phrasings):
                answer = self.answers[index % len(self.answers)]
                keys = tuple(key.format(**slot).lower() for key in self.keys or (self.short,))
                yield Question(
                    self.name,
                    text.format(**slot),
                    sentence(answer.format(**slot)),
                    self.short.format(**slot),
                    keys,
                    unseen,
                )


def sentence(text: str) -> str:
    """Capitalise the first letter of each sentence."""
    return re.sub(r"(^|\. )([a-z])", lambda match: match[1] + match[2].upper(), text)


# Places that do not take "in the".
_PREPOSITIONS = {
    "on": "farm coast beach ice rock mountain street road stage desk tower hill ship boat web".split()
    + ["launch pad"],
    "at": "station airport school shop".split() + ["post office", "concert hall"],
}


def at(place: str) -> str:
    """The place with its preposition and article."""
    for preposition, places in _PREPOSITIONS.items():
        if place in places:
            return f"{preposition} the {place}"
    return f"in the {place}"


def plural(noun: str) -> str:
    """English plural of a noun."""
    if noun in language.IRREGULAR_PLURALS:
        return language.IRREGULAR_PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh")) or noun in ("potato", "tomato"):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def article(noun: str) -> str:
    """The noun with its indefinite article; uncountable nouns and phrases stay bare."""
    bare = "bread cheese butter milk honey chocolate soup rice salt sugar tea coffee scissors soap glue".split()
    if noun in bare or " " in noun:
        return noun
    return ("an " if noun[0] in "aeiou" and not noun.startswith("u") or noun == "umbrella" else "a ") + noun
