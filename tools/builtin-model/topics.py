"""All topics, and how often each is drawn."""

from __future__ import annotations

from grammar import Question
from topics_words import talk_topics, word_topics
from topics_world import list_topics, world_topics

# How often a row of each topic is drawn, relative to a topic with one; the rest weigh 1.
WEIGHTS = {
    "colour": 5.0, "sum": 4.5, "difference": 3.5, "talk": 5.0, "use": 3.0, "animal": 3.0, "thing": 3.0,
    "opposite": 2.5, "home": 2.0, "food": 2.0, "baby": 2.0, "place": 2.0, "material": 2.0, "compare": 2.5,
    "plural": 1.5, "rhyme": 1.5, "tool": 2.5, "dish": 1.5, "capital": 1.0, "month": 1.5, "sound": 1.5, "member": 1.5,
}


def all_questions() -> list[Question]:
    """Every question the grammar can ask, held-out phrasings included."""
    topics = [*world_topics(), *word_topics(), *list_topics(), *talk_topics()]
    seen: dict[str, Question] = {}
    for topic in topics:
        for question in topic.questions():
            seen.setdefault(question.text, question)
    return list(seen.values())
