"""Invented shops: facts stated in the context, and questions about them.

The shop of the sample dataset is not among them. Questions about facts that are not in the context
are answered with UNKNOWN_SHOP.
"""

from __future__ import annotations

import random

from grammar import article, sentence
from lexicon import animals, language

UNKNOWN_SHOP = "I do not know that shop."

# Each fact as it is stated and answered, then questions for it. {s} is the shop; the other slots
# are drawn anew for every shop.
_FACTS = (
    ("{s} opens at {opens}.", (
        "When does {s} open?", "What time does {s} open?", "How early does {s} open?", "At what time can I visit {s}?",
        "Tell me the hour when {s} opens.", "What is the first hour of {s}?",
    )),
    ("{s} closes at {closes}.", (
        "When does {s} close?", "What time does {s} close?", "How late is {s} open?", "When does {s} shut?",
        "Tell me the hour when {s} closes.", "What is the last hour of {s}?",
    )),
    ("{s} is closed on {day}.", (
        "On which day is {s} closed?", "When is {s} closed?", "What day is {s} shut?", "Which day is {s} not open?",
    )),
    ("{owner} owns {s}.", (
        "Who is the owner of {s}?", "Who owns {s}?", "What is the owner of {s} called?", "Whose shop is {s}?",
        "Who is the boss at {s}?",
    )),
    ("{helper} is the helper at {s}.", (
        "Who works at {s}?", "Who is the helper at {s}?", "Who helps at {s}?", "What is the helper of {s} called?",
    )),
    ("{s} sells {good} and {other}.", (
        "What does {s} sell?", "What can I buy at {s}?", "Which things are for sale at {s}?", "What do they sell at {s}?",
    )),
    ("{Athing} at {s} costs {price} pounds.", (
        "How much is {athing} at {s}?", "What does {athing} cost at {s}?", "What is the price of {athing} at {s}?",
        "What do I pay for {athing} at {s}?", "How much does {s} want for {athing}?",
    )),
    ("{s} is on {street} Street.", (
        "Where is {s}?", "On which street is {s}?", "What street is {s} on?", "Where do I find {s}?",
    )),
    ("{s} is a {kind}.", ("What kind of shop is {s}?", "What is {s}?", "What sort of place is {s}?")),
    ("The {pet} of {s} is called {name}.", (
        "What is the {pet} of {s} called?", "What is the name of the {pet} at {s}?", "Which {pet} lives at {s}?",
    )),
    ("The door of {s} is {colour}.", (
        "What colour is the door of {s}?", "Which colour does the door of {s} have?", "How is the door of {s} painted?",
    )),
    ("{s} is next to the {near}.", (
        "What is next to {s}?", "Which place is beside {s}?", "What do I see next to {s}?", "What is the neighbour of {s}?",
    )),
    ("Lessons at {s} are on {day}.", (
        "When are the lessons at {s}?", "What day are lessons at {s}?", "On which day does {s} teach?",
    )),
    ("{s} repairs {athing} in {days} days.", (
        "How long does {s} need to repair {athing}?", "How many days does a repair take at {s}?",
        "How fast is a repair at {s}?",
    )),
    ("{s} makes {good} from {wood}.", (
        "What does {s} use to make {good}?", "What are the {good} of {s} made of?", "Which wood does {s} use?",
    )),
    ("Guests of {s} get free {drink}.", (
        "What is free at {s}?", "What do guests get at {s}?", "Which drink does {s} give to guests?",
    )),
    ("{s} is {age} years old.", ("How old is {s}?", "What is the age of {s}?", "How long has {s} been there?")),
    ("The {event} of {s} is in {month}.", (
        "When is the {event} of {s}?", "In which month is the {event} of {s}?", "What month has the {event} of {s}?",
    )),
    ("The symbol of {s} is {ananimal}.", (
        "What is the symbol of {s}?", "Which animal is on the sign of {s}?", "What is on the sign of {s}?",
    )),
)


def shop_facts(draw: random.Random, words: list[str]) -> list[tuple[str, str]]:
    """A new shop as (question, answer) pairs, one for each fact; the answer states the fact."""
    pick = draw.choice
    thing = article(pick("book pen flower kite drum candle hat cup bell map puzzle guitar flute violin lesson".split()))
    slots = {
        "s": f"the {pick(language.SHOP_FIRST)} {pick(language.SHOP_SECOND)}", "opens": pick(language.NUMBERS[6:12]),
        "closes": pick(language.NUMBERS[3:12]), "day": pick(language.DAYS), "owner": pick(language.NAMES),
        "helper": pick(language.NAMES), "good": pick(language.GOODS), "other": pick(language.GOODS),
        "athing": thing, "Athing": sentence(thing), "price": str(pick((*range(1, 21), 30, 40, 50, 60, 70, 80, 90, 100))),
        "street": sentence(pick(words)), "kind": pick(language.SHOP_KINDS), "pet": pick(("cat", "dog", "parrot", "rabbit")),
        "name": pick((*language.NAMES, "Pepper", "Sugar")), "colour": pick(("red", "blue", "green", "yellow", "white")),
        "near": pick(("school", "station", "lake", "library", "bakery", "park")), "days": pick(language.NUMBERS[2:10]),
        "wood": pick(("maple", "oak", "pine", "cherry", "walnut")), "drink": pick(("tea", "coffee", "milk", "water")),
        "age": pick(language.NUMBERS[2:21]), "event": pick(("music night", "open day", "party", "summer sale")),
        "month": pick(language.MONTHS), "ananimal": article(pick(animals.ANIMALS)["x"]),
    }
    return [(pick(asks).format(**slots), sentence(fact.format(**slots))) for fact, asks in _FACTS]
