"""Topics about time, numbers, words and small talk."""

from __future__ import annotations

from grammar import Topic, article, plural
from lexicon import animals, language, talk, things


def _calendar_topics() -> list[Topic]:
    def neighbours(items: list[str]) -> list[dict[str, str]]:
        return [
            {"x": items[i], "next": items[(i + 1) % len(items)], "last": items[i - 1]} for i in range(len(items))
        ]

    months = [
        {**slot, "n": language.ORDINALS[i], "days": language.MONTH_DAYS[i], "season": language.SEASONS[slot["x"]]}
        for i, slot in enumerate(neighbours(language.MONTHS))
    ]
    topics = []
    for unit, slots in (("day", neighbours(language.DAYS)), ("month", months)):
        topics += [
            Topic(unit, slots, (
                f"What {unit} comes after {{x}}?", f"Which {unit} comes after {{x}}?", f"Which {unit} follows {{x}}?",
                f"What is the {unit} after {{x}}?", f"What {unit} is after {{x}}?", f"Name the {unit} after {{x}}.",
                "What comes after {x}?", f"Tell me the {unit} that comes after {{x}}.", "What is next after {x}?",
            ), ("{next} comes after {x}.",), "{next}",
                (f"What {unit} follows {{x}}?", f"Tell me the {unit} after {{x}}.")),
            Topic(unit, slots, (
                f"What {unit} comes before {{x}}?", f"Which {unit} comes before {{x}}?",
                f"What is the {unit} before {{x}}?", f"What {unit} is before {{x}}?",
                f"Name the {unit} before {{x}}.", "What comes before {x}?",
                f"Tell me the {unit} that comes before {{x}}.", f"Which {unit} is just before {{x}}?",
            ), ("{last} comes before {x}.",), "{last}",
                (f"Tell me the {unit} before {{x}}.", f"What {unit} is just before {{x}}?")),
        ]
    topics += [
        Topic("season", months, (
            "In which season is {x}?", "What season is {x} in?", "Which season is {x} in?",
            "What is the season in {x}?", "Is {x} in summer or winter?",
        ), ("{x} is in {season}.",), "{season}", ("Tell me the season of {x}.",)),
        Topic("month", months, (
            "How many days does {x} have?", "How many days are in {x}?", "How long is {x}?",
        ), ("{x} has {days} days.",), "{days}", ("How many days are there in {x}?",)),
        Topic("month", months, (
            "What is the {n} month?", "Which month is the {n}?", "What is the {n} month of the year?",
            "Name the {n} month of the year.",
        ), ("The {n} month is {x}.",), "{x}", ("Which month is the {n} of the year?",)),
    ]
    return topics


def _number_topics() -> list[Topic]:
    def words(a: int, b: int, c: int) -> dict[str, str]:
        n = language.NUMBERS
        return {"a": str(a), "b": str(b), "c": str(c), "aw": n[a], "bw": n[b], "cw": n[c]}

    sums = [words(a, b, a + b) for a in range(21) for b in range(21) if a + b <= 20]
    differences = [words(a, b, a - b) for a in range(21) for b in range(a + 1)]
    counts = [words(a, a, a + 1) | {"before": str(a - 1)} for a in range(1, 20)]
    doubles = [words(a, a, 2 * a) for a in range(1, 11)]
    return [
        Topic("sum", sums, (
            "What is {a} plus {b}?", "How much is {a} plus {b}?", "What is {a} + {b}?", "{a} + {b} =",
            "Add {a} and {b}.", "What is the sum of {a} and {b}?", "How much is {a} and {b}?",
            "What is {aw} plus {bw}?", "How much is {aw} and {bw}?",
        ), ("{a} plus {b} is {c}.",), "{c}", ("Tell me {a} plus {b}.", "How much is {a} + {b}?")),
        Topic("difference", differences, (
            "What is {a} minus {b}?", "How much is {a} minus {b}?", "What is {a} - {b}?", "{a} - {b} =",
            "Take {b} away from {a}.", "What is {aw} minus {bw}?",
        ), ("{a} minus {b} is {c}.",), "{c}", ("Tell me {a} minus {b}.",)),
        Topic("counting", counts, (
            "What number comes after {a}?", "Which number comes after {a}?", "What comes after {a}?",
            "What is the next number after {a}?",
        ), ("{c} comes after {a}.",), "{c}", ("Which number follows {a}?",)),
        Topic("counting", counts, (
            "What number comes before {a}?", "Which number comes before {a}?", "What comes before {a}?",
        ), ("{before} comes before {a}.",), "{before}", ("Which number is before {a}?",)),
        Topic("double", doubles, (
            "What is the double of {a}?", "What is twice {a}?", "What is two times {a}?", "Double the number {a}.",
        ), ("Twice {a} is {c}.",), "{c}", ("How much is twice {a}?",)),
        Topic("counting", [
            {"n": str(n), "list": ", ".join(str(i) for i in range(1, n + 1))} for n in range(2, 13)
        ], ("Count to {n}.", "Can you count to {n}?", "Count from 1 to {n}.", "Please count up to {n}."),
            ("{list}.",), "{n}", ("Count from one to {n}.",), ("{list}",)),
    ]


def _word_topics() -> list[Topic]:
    pairs = language.OPPOSITES + [(b, a) for a, b in language.OPPOSITES]
    opposites = [{"x": x, "y": y} for x, y in dict(reversed(pairs)).items()]
    capitals = [dict(slot) for slot in language.CAPITALS]
    nouns = [slot["x"] for slot in animals.ANIMALS + things.THINGS if " " not in slot["x"]]
    plurals = [{"x": noun, "xs": plural(noun)} for noun in [*nouns, "child", "man", "woman", "foot", "tooth", "leaf"]]
    rhymes = [
        {"x": family[i], "y": family[(i + 1) % len(family)], "keys": family}
        for family in language.RHYMES for i in range(len(family))
    ]
    sizes = _comparisons(animals.BY_SIZE, "bigger", "smaller") + _comparisons(animals.BY_SPEED, "faster", "slower")
    return [
        Topic("opposite", opposites, (
            "What is the opposite of {x}?", "What is the opposite of the word {x}?", "Tell me the opposite of {x}.",
            "Which word is the opposite of {x}?", "Give me the opposite of {x}.", "What word means the opposite of {x}?",
            "Name the opposite of {x}.", "If it is not {x}, what is it?", "The opposite of {x} is what?",
        ), ("The opposite of {x} is {y}.",), "{y}",
            ("Which word means the opposite of {x}?", "Say the opposite of {x}.")),
        Topic("capital", capitals, (
            "What is the capital of {x}?", "Which city is the capital of {x}?", "What is the capital city of {x}?",
            "Name the capital of {x}.", "Tell me the capital of {x}.", "What city is the capital of {x}?",
        ), ("The capital of {x} is {capital}.",), "{capital}", ("Give me the capital of {x}.",)),
        Topic("country", capitals, (
            "Where is {capital}?", "In which country is {capital}?", "What country is {capital} in?",
            "Which country has the capital {capital}?",
        ), ("{capital} is in {x}.",), "{x}", ("Tell me where {capital} is.",)),
        Topic("speech", capitals, (
            "What do people speak in {x}?", "Which language do people speak in {x}?",
            "What is the language of {x}?", "What language is spoken in {x}?",
        ), ("People in {x} speak {speech}.",), "{speech}", ("Tell me the language of {x}.",)),
        Topic("plural", plurals, (
            "What is the plural of {x}?", "Tell me the plural of {x}.", "What is the plural of the word {x}?",
            "One {x}, two what?", "How do you say more than one {x}?",
        ), ("The plural of {x} is {xs}.",), "{xs}", ("Give me the plural of {x}.",)),
        Topic("rhyme", rhymes, (
            "What rhymes with {x}?", "Which word rhymes with {x}?", "Tell me a word that rhymes with {x}.",
            "Give me a rhyme for {x}.", "Name a word that rhymes with {x}.",
        ), ("{y} rhymes with {x}.",), "{y}", ("Find a rhyme for {x}.",)),
        Topic("past", [{"x": x, "y": y} for x, y in language.PAST_TENSE], (
            "What is the past tense of {x}?", "What is the past of {x}?", "Tell me the past tense of {x}.",
            "How do you say {x} in the past?",
        ), ("The past tense of {x} is {y}.",), "{y}", ("Give me the past tense of {x}.",)),
        Topic("mix", [{"x": x, "y": y, "z": z} for a, b, z in language.MIXES for x, y in ((a, b), (b, a))], (
            "What colour do {x} and {y} make?", "What do you get when you mix {x} and {y}?",
            "Mix {x} and {y}.", "What colour is {x} mixed with {y}?",
        ), ("{x} and {y} make {z}.",), "{z}", ("Which colour do {x} and {y} make?",)),
        Topic("compare", sizes, (
            "Which is {more}, {a} or {b}?", "What is {more}, {a} or {b}?", "Which animal is {more}, {a} or {b}?",
        ), ("{winner} is {more}.",), "{winner}", ("Tell me which is {more}, {a} or {b}.",)),
        Topic("compare", sizes, (
            "Is {a} {more} than {b}?", "Do you think {a} is {more} than {b}?",
        ), ("{yes}, {winner} is {more}.",), "{yes}", ("Tell me if {a} is {more} than {b}.",), ("{yes}, {winner}",)),
    ]


def _comparisons(order: tuple[str, ...], more: str, less: str) -> list[dict[str, str]]:
    """Pairs at least two positions apart in `order`, asked both ways."""
    slots = []
    for i, small in enumerate(order):
        for big in order[i + 2 :]:
            for a, b in ((small, big), (big, small)):
                for word, winner in ((more, big), (less, small)):
                    slots.append({
                        "a": article(a), "b": article(b), "more": word, "winner": article(winner),
                        "yes": "yes" if a == winner else "no",
                    })
    return slots


def talk_topics() -> list[Topic]:
    topics = []
    for line in talk.TALK:
        asked, answer, key = (part.strip() for part in line.split("=>"))
        topics.append(Topic("talk", [{}], tuple(q.strip() for q in asked.split(";")), (answer,), key))
    return topics


def word_topics() -> list[Topic]:
    """Calendar, numbers and words."""
    return [*_calendar_topics(), *_number_topics(), *_word_topics()]
