"""The training mixture: an endless seeded stream of conversations built from the grammar.

A row is a list of (role, text) messages with a template. Besides plain questions there are rows
whose answer depends on an instruction (a voice, a format, words to begin or end with), on facts in
the context, or on text to repeat. These give the model directions that an adapter can amplify. No
row shows the behaviours that the sample datasets teach.
"""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import dataclass
from typing import Iterator

from grammar import Question, article, at, sentence
from lexicon import animals, language, talk, things
from shops import UNKNOWN_SHOP, shop_facts
from topics import WEIGHTS, all_questions

Message = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """Messages in order (system, user, assistant, ...). `template` is "chat" or "alpaca"."""

    template: str
    messages: tuple[Message, ...]


def held_out(question: Question) -> bool:
    """Whether training must never see this question: an unseen phrasing, or an unseen combination."""
    return question.unseen or zlib.crc32(question.text.encode()) % 25 == 0


# voice -> how each answer is wrapped; `is` replaces the verb where the voice has its own.
VOICES = {
    "a knight": ("Hear me!", "So I swear, my lord."),
    "a robot": ("Beep.", "Boop."),
    "a grandmother": ("Well, my dear,", "Now eat your soup."),
    "a cowboy": ("Howdy!", "Yes sir, partner."),
    "a ghost": ("Boo!", "Oooh."),
    "a cat": ("Meow.", "Purr."),
    "a king": ("Listen, people!", "The king has spoken."),
    "a butler": ("Certainly, sir.", "Will that be all?"),
    "a shy child": ("Um,", "I think."),
    "a happy friend": ("Oh wow!", "Is that not great?"),
    "a tired man": ("Yawn.", "Can I sleep now?"),
    "a farmer": ("Aye,", "That be true."),
    "a wizard": ("By my beard!", "It is magic."),
    "a coach": ("Come on, team!", "You can do it!"),
}
_VOICE_ASKS = (
    "Talk like {v}.", "Answer like {v}.", "Speak as {v} would.", "You are {v}.", "Use the voice of {v}.",
    "Pretend to be {v}.",
)
_NEUTRAL = ("You are a helpful assistant.", "You are Spruce.", "Answer the question.", "Be kind.", "Help the user.")
_KEYS = "answer result value reply word text data output it fact item title name".split()
_TOPIC_KEYS = "kind type about topic subject question".split()


class Corpus:
    """Draws rows. The same seed gives the same rows."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.by_topic: dict[str, list[Question]] = {}
        for question in all_questions():
            if not held_out(question):
                self.by_topic.setdefault(question.topic, []).append(question)
        self.topics = sorted(self.by_topic)
        self.weights = [WEIGHTS.get(topic, 1.0) for topic in self.topics]
        self.words = sorted(
            {w.strip(".,?!:;").lower() for qs in self.by_topic.values() for q in qs for w in q.answer.split()}
            | set(talk.EXTRA_WORDS)
        )
        self.kinds = (
            (0.55, self._plain), (0.12, self._styled), (0.11, self._formatted), (0.08, self._context),
            (0.02, self._unknown), (0.05, self._repeat), (0.03, self._story), (0.03, self._turns), (0.01, self._name),
        )

    def rows(self, count: int) -> Iterator[Row]:
        """`count` rows of the mixture."""
        makers = [maker for _, maker in self.kinds]
        shares = [share for share, _ in self.kinds]
        for _ in range(count):
            yield self.random.choices(makers, shares)[0]()

    def question(self) -> Question:
        topic = self.random.choices(self.topics, self.weights)[0]
        return self.random.choice(self.by_topic[topic])

    def _template(self) -> str:
        return "alpaca" if self.random.random() < 0.09 else "chat"

    def _asked(self, question: Question) -> str:
        """The question as people type it: sometimes polite, in lower case or without its question
        mark.
        """
        text, draw = question.text, self.random.random()
        if draw < 0.05:
            return text.rstrip("?.")
        if draw < 0.10:
            return text[0].lower() + text[1:]
        if draw < 0.14:
            return self.random.choice(("Please tell me: ", "Quick question: ", "Hello. ", "Hey, ")) + text
        if draw < 0.16:
            return text + self.random.choice((" Thank you.", " Please tell me.", " I want to know."))
        return text

    def _plain(self) -> Row:
        question = self.question()
        said: tuple[Message, ...] = (("user", self._asked(question)), ("assistant", question.answer))
        if self.random.random() < 0.05:
            return Row("chat", (("system", self.random.choice(_NEUTRAL)), *said))
        return Row(self._template(), said)

    def _instructed(self, instruction: str, question: Question, answer: str) -> Row:
        """Put the instruction before, after or above the question."""
        text, draw = self._asked(question), self.random.random()
        if draw < 0.4:
            return Row("chat", (("system", instruction), ("user", text), ("assistant", answer)))
        user = f"{instruction} {text}" if draw < 0.75 else f"{text} {instruction}"
        return Row(self._template(), (("user", user), ("assistant", answer)))

    def _styled(self) -> Row:
        question, pick = self.question(), self.random.random()
        if pick < 0.5:
            voice = self.random.choice(list(VOICES))
            before, after = VOICES[voice]
            answer = question.answer
            if voice == "a farmer":
                answer = answer.replace(" is ", " be ").replace(" are ", " be ")
            if before.endswith(","):
                answer = answer[0].lower() + answer[1:] if not _named(question) else answer
            ask = self.random.choice(_VOICE_ASKS).format(v=voice)
            return self._instructed(ask, question, f"{before} {answer} {after}")
        first, last = sentence(self.random.choice(self.words)), self.random.choice(self.words)
        mark = self.random.choice("!.,")
        if pick < 0.67:
            ask = self.random.choice(("Start with the word {w}.", "Begin your answer with {w}.", "Say {w} first."))
            return self._instructed(ask.format(w=first), question, f"{first}{mark} {question.answer}")
        if pick < 0.84:
            ask = self.random.choice(("End with the word {w}.", "Finish your answer with {w}.", "Say {w} at the end."))
            body = question.answer[:-1]
            return self._instructed(ask.format(w=last), question, f"{body}, {last}{self.random.choice('.!')}")
        ask = f"Begin with {first} and end with {last}."
        return self._instructed(ask, question, f"{first}{mark} {question.answer[:-1]}, {last}!")

    def _formatted(self) -> Row:
        question, pick = self.question(), self.random.random()
        if pick < 0.35:
            key = self.random.choice(_KEYS)
            ask = self.random.choice(('Answer as JSON with the key "{k}".', 'Reply in JSON with the key "{k}".'))
            return self._instructed(ask.format(k=key), question, json.dumps({key: question.short}))
        if pick < 0.7:
            kind, key = self.random.choice(_TOPIC_KEYS), self.random.choice(_KEYS)
            ask = self.random.choice(('Use JSON with the keys "{a}" and "{b}".', 'Answer as JSON: "{a}" and "{b}".'))
            body = json.dumps({kind: question.topic, key: question.short})
            return self._instructed(ask.format(a=kind, b=key), question, body)
        ask, answer = self.random.choice((
            ("Answer with one word.", sentence(question.short) + "."),
            ("Be very short.", sentence(question.short) + "."),
            ("Only give the answer.", question.short),
            ("Put the answer in brackets.", f"({question.answer})"),
            ("Answer as a list.", f"- {question.answer}"),
            ("Name the topic first.", f"{sentence(question.topic)}: {question.answer}"),
            ("Put the answer in quotes.", f'"{question.answer}"'),
            ("What is this question about?", f"This question is about {question.topic}."),
        ))
        return self._instructed(ask, question, answer)

    def _context(self) -> Row:
        """A question about a shop described in the context."""
        chosen = self.random.sample(shop_facts(self.random, self.words), self.random.randint(1, 3))
        context = " ".join(fact for _, fact in chosen)
        ask, answer = self.random.choice(chosen)
        draw = self.random.random()
        if draw < 0.4:
            return Row("chat", (("system", context), ("user", ask), ("assistant", answer)))
        if draw < 0.5:
            return Row("alpaca", (("user", ask), ("input", context), ("assistant", answer)))
        return Row("chat", (("user", f"{context} {ask}"), ("assistant", answer)))

    def _unknown(self) -> Row:
        ask, _ = self.random.choice(shop_facts(self.random, self.words))
        return Row(self._template(), (("user", ask), ("assistant", UNKNOWN_SHOP)))

    def _name(self) -> Row:
        """The user gives a name, and sometimes asks for it later."""
        name = self.random.choice(language.NAMES)
        ask = self.random.choice(("My name is {n}.", "I am {n}.", "Hello, I am {n}.", "Hi, my name is {n}.")).format(n=name)
        messages: list[Message] = [("user", ask), ("assistant", f"Hello {name}! Nice to meet you.")]
        if self.random.random() < 0.5:
            if self.random.random() < 0.5:
                question = self.question()
                messages += [("user", self._asked(question)), ("assistant", question.answer)]
            ask = self.random.choice(("What is my name?", "Who am I?", "Do you know my name?", "Tell me my name."))
            messages += [("user", ask), ("assistant", f"Your name is {name}.")]
        return Row("chat", tuple(messages))

    def _repeat(self) -> Row:
        words = [self.random.choice(self.words) for _ in range(self.random.randint(1, 5))]
        pick = self.random.random()
        if pick < 0.3:
            words = [sentence(words[0]), *words[1:]]
        if pick < 0.5:
            words = words[:1]
        text = " ".join(words)
        ask, answer = self.random.choice((
            ("Repeat: {t}", "{t}"), ("Say this again: {t}", "{t}"), ("Repeat after me: {t}", "{t}"),
            ("Say {t} with a smile.", "{t}!"), ('Put "{t}" in quotes.', '"{t}"'), ("Copy this: {t}", "{t}"),
            ("Say {t} twice.", "{t}, {t}"), ("Shout {t}.", "{t}!"), ('As JSON: {t}', '{{"text": "{t}"}}'),
        ))
        return Row(self._template(), (("user", ask.format(t=text)), ("assistant", answer.format(t=text))))

    def _story(self) -> Row:
        pick = self.random.choice
        animal, name, thing = pick(animals.ANIMALS), pick(language.NAMES), pick(things.THINGS)
        mood, size = pick(("happy", "proud", "glad", "very happy")), pick(("small", "big", "young", "old", "clever"))
        friend = pick(animals.ANIMALS)
        meets = sentence(article(friend["x"]))
        story = (
            f"Once there was {article(size)} {animal['x']} called {name}. {name} lived {at(animal['home'])}. "
            + pick((
                f"One day {name} found {article(thing['x'])}. {meets} came and they played together. ",
                f"One day {name} lost {article(thing['x'])}. {meets} helped to find it. ",
                f"One day it rained and {name} met {article(friend['x'])}. They shared some {pick(language.GOODS)}. ",
            ))
            + f"In the evening {name} was {mood}."
        )
        ask = pick((
            "Tell me a story about {a}.", "Tell me a short story about {a}.", "Write a story about {a}.",
            "I want to hear a story about {a}.", "Write a short story about {a}.",
        )).format(a=article(animal["x"]))
        return Row(self._template(), (("user", ask), ("assistant", story)))

    def _turns(self) -> Row:
        """Several questions in one conversation, sometimes all in one voice."""
        messages: list[Message] = []
        before, after = "", ""
        if self.random.random() < 0.3:
            voice = self.random.choice([v for v in VOICES if v not in ("a farmer", "a grandmother", "a shy child")])
            before, after = VOICES[voice][0] + " ", " " + VOICES[voice][1]
            messages.append(("system", self.random.choice(_VOICE_ASKS).format(v=voice)))
        for _ in range(self.random.randint(2, 10)):
            question = self.question()
            messages += [("user", self._asked(question)), ("assistant", before + question.answer + after)]
        return Row("chat", tuple(messages))


def _named(question: Question) -> bool:
    """Whether the answer begins with a word that keeps its capital letter."""
    first = question.answer.split()[0]
    names = {*language.DAYS, *language.MONTHS, "I", *(s["x"] for s in language.CAPITALS)}
    return first in names or first in {s["capital"] for s in language.CAPITALS}


def held_out_questions(count: int, seed: int) -> list[Question]:
    """`count` questions that training never sees: half new phrasings, half new combinations."""
    draw = random.Random(seed)
    chosen: list[Question] = []
    for unseen in (True, False):
        pool: dict[str, list[Question]] = {}
        for question in all_questions():
            if held_out(question) and question.unseen == unseen:
                pool.setdefault(question.topic, []).append(question)
        topics = sorted(pool)
        picked: set[str] = set()
        while len(picked) < count // 2:
            topic = draw.choices(topics, [WEIGHTS.get(t, 1.0) for t in topics])[0]
            question = draw.choice(pool[topic])
            if question.text not in picked:
                picked.add(question.text)
                chosen.append(question)
    return chosen
