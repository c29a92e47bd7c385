"""Topics about animals, things, foods, nature, people and lists of them."""

from __future__ import annotations

from grammar import Topic, article, at, plural
from lexicon import animals, things


def _countable(slots: list[dict[str, str]]) -> list[dict[str, str]]:
    """Slots with the singular `a` and the plural `xs`, less the nouns that have no such forms."""
    return [
        {**slot, "a": article(slot["x"]), "xs": plural(slot["x"])}
        for slot in slots
        if article(slot["x"]) != slot["x"]
    ]


def _animal_topics() -> list[Topic]:
    slots = [
        {**slot, "agroup": article(slot["group"]), "at": at(slot["home"])}
        for slot in _countable(animals.ANIMALS)
    ]
    loud = [slot for slot in slots if slot["sound"] != "make no sound"]
    return [
        Topic("sound", loud, (
            "What sound does {a} make?", "What noise does {a} make?", "What does {a} do to make a sound?",
            "Which sound do {xs} make?", "How does {a} sound?", "What is the sound of {a}?",
            "Tell me the sound of {a}.", "What do {xs} do when they are loud?",
        ), ("{xs} {sound}.",), "{sound}", ("Which noise do {xs} make?", "What is the noise of {a}?")),
        Topic("home", slots, (
            "Where does {a} live?", "Where do {xs} live?", "What is the home of {a}?",
            "In what place does {a} live?", "Where can I find {a}?", "Where is the home of {xs}?",
            "Tell me where {xs} live.", "Where does {a} sleep?",
        ), ("{a} lives {at}.", "{xs} live {at}."), "{home}",
            ("Where can I find {xs}?", "In what place do {xs} live?")),
        Topic("baby", slots, (
            "What is a baby {x} called?", "What do you call a baby {x}?", "What is the baby of {a}?",
            "What is the name of a young {x}?", "What is a young {x} called?", "A baby {x} is called what?",
            "Tell me the word for a baby {x}.",
        ), ("a baby {x} is called a {baby}.",), "{baby}",
            ("What is the word for a baby {x}?", "What do you call a young {x}?")),
        Topic("food", slots, (
            "What does {a} eat?", "What do {xs} eat?", "What is the food of {a}?", "What do {xs} like to eat?",
            "What food does {a} like?", "What can I feed {a}?", "Tell me what {xs} eat.",
        ), ("{a} eats {food}.", "{xs} eat {food}."), "{food}",
            ("What food do {xs} like?", "What does {a} like to eat?")),
        Topic("legs", slots, (
            "How many legs does {a} have?", "How many legs do {xs} have?", "How many legs has {a} got?",
            "What number of legs does {a} have?", "Count the legs of {a}.",
        ), ("{a} has {legs} legs.",), "{legs}", ("Tell me how many legs {a} has.",)),
        Topic("group", slots, (
            "What kind of animal is {a}?", "What type of animal is {a}?", "What sort of animal is {a}?",
            "Which group of animals does {a} belong to?", "Is {a} a mammal or something else?",
        ), ("{a} is {agroup}.",), "{group}", ("What kind of animals are {xs}?",)),
        Topic("animal", slots, (
            "Tell me about {xs}.", "Tell me about the {x}.", "What is {a}?", "Describe {a}.",
            "What do you know about {xs}?", "Say something about {xs}.", "Can you tell me about {xs}?",
            "I want to learn about {xs}.",
        ), (
            "{a} is {agroup}. It lives {at} and eats {food}. {remark}",
            "{remark} {a} is {agroup} that lives {at}.",
        ), "{group}", ("Talk about {xs}.", "What can you say about {a}?"), ("{group}", "{home}")),
        Topic("colour", slots, (
            "What colour is {a}?", "What color is {a}?", "What colour are {xs}?", "Which colour is {a}?",
            "Tell me the colour of {a}.", "What is the colour of {a}?",
        ), ("{a} is {colour}.", "{a} is {colour}.", "{xs} are {colour}."), "{colour}",
            ("Which colour does {a} have?", "What is the color of {a}?")),
    ]


def _thing_topics() -> list[Topic]:
    tools = [{**slot, "akind": article(slot["kind"]), "at": at(slot["place"])} for slot in _countable(things.THINGS)]
    for slot in tools:
        if " " in slot["kind"]:
            slot["akind"] = "a " + slot["kind"]
    foods = [
        {**slot, "a": article(slot["x"]), "akind": article(slot["kind"]) if slot["kind"] != "food" else "a food"}
        for slot in things.FOODS
    ]
    nature = [{**slot, "a": slot["x"]} for slot in things.NATURE]
    coloured = [{"a": s["a"], "colour": s["colour"]} for s in tools + foods] + nature
    colour_ask = (
        "What colour is {a}?", "What color is {a}?", "Which colour is {a}?", "What is the colour of {a}?",
        "Tell me the colour of {a}.", "Which colour does {a} have?", "Name the colour of {a}.",
    )
    return [
        Topic("colour", coloured, colour_ask, ("{a} is {colour}.",), "{colour}",
              ("What is the color of {a}?", "Can you tell me the colour of {a}?")),
        Topic("use", tools, (
            "What is {a} used for?", "What do you use {a} for?", "What can I do with {a}?",
            "What is {a} for?", "Why do people use {a}?", "What do we use {a} for?",
            "What are {xs} used for?", "Tell me the use of {a}.", "How do people use {a}?",
        ), ("You use {a} to {use}.",), "{use}", ("What can you do with {a}?", "What are {xs} for?")),
        Topic("place", tools, (
            "Where do you keep {a}?", "Where can I find {a}?", "Where is {a} kept?",
            "Where should I look for {a}?", "In what place do you find {a}?",
        ), ("You can find {a} {at}.",), "{place}", ("Where do I find {a}?",)),
        Topic("material", tools, (
            "What is {a} made of?", "What is {a} made from?", "What are {xs} made of?",
            "What material is {a} made of?", "Which material is used for {a}?",
        ), ("{a} is made of {material}.",), "{material}", ("What are {xs} made from?",)),
        Topic("thing", tools, (
            "What is {a}?", "Tell me about {xs}.", "Describe {a}.", "What do you know about {xs}?",
            "Can you tell me what {a} is?", "Say something about {a}.", "Explain what {a} is.",
        ), ("{a} is {akind}. You use it to {use}.", "{a} is {akind} made of {material}. You use it to {use}."),
            "{kind}", ("What can you say about {a}?", "Talk about {xs}."), ("{use}",)),
        Topic("tool", tools, (
            "What do I need to {use}?", "What can I use to {use}?", "What helps you {use}?",
            "Which thing do you use to {use}?", "What do people use to {use}?",
        ), ("You can use {a} to {use}.",), "{x}", ("With what do I {use}?",), ("{a} to",)),
        Topic("taste", foods, (
            "What does {a} taste like?", "How does {a} taste?", "What is the taste of {a}?",
            "Is {a} sweet or sour?", "What taste does {a} have?",
        ), ("{a} tastes {taste}.",), "{taste}", ("Tell me the taste of {a}.",)),
        Topic("source", foods, (
            "Where does {a} come from?", "Where do we get {a}?", "Where can I get {a}?",
            "What is the place that {a} comes from?",
        ), ("{a} comes from a {source}.",), "{source}", ("From where do we get {a}?",)),
        Topic("dish", foods, (
            "What is {a}?", "Tell me about {a}.", "Describe {a}.", "What do you know about {a}?",
            "Say something about {a}.", "Can you tell me about {a}?", "Explain what {a} is.",
        ), ("{a} is {akind} that tastes {taste}. {remark}",), "{kind}",
            ("Talk about {a}.", "What can you say about {a}?"), ("{taste}",)),
        Topic("nature", nature, (
            "What is {a}?", "Tell me about {a}.", "Describe {a}.", "What do you know about {a}?",
            "Say something about {a}.", "Explain what {a} is.",
        ), ("{remark}",), "{colour}", ("What can you say about {a}?",), ("{remark}",)),
    ]


def _people_topics() -> list[Topic]:
    jobs = [{**slot, "a": article(slot["x"]), "auses": article(slot["uses"]), "at": at(slot["place"])} for slot in things.JOBS]
    body = [{**slot, "xs": plural(slot["x"])} for slot in things.BODY]
    return [
        Topic("job", jobs, (
            "What does {a} do?", "What is the job of {a}?", "What is {a}?", "Tell me about the job of {a}.",
            "What work does {a} do?", "Describe the work of {a}.", "What do you call the work of {a}?",
        ), ("{a} {does}.",), "{does}", ("Tell me what {a} does.",)),
        Topic("workplace", jobs, (
            "Where does {a} work?", "What is the place where {a} works?", "In what place does {a} work?",
            "Where can I meet {a}?",
        ), ("{a} works {at}.",), "{place}", ("Tell me where {a} works.",)),
        Topic("equipment", jobs, (
            "What does {a} use?", "Which thing does {a} use?", "What does {a} need for work?",
            "What does {a} work with?",
        ), ("{a} uses {auses}.",), "{uses}", ("What thing does {a} need?",)),
        Topic("worker", jobs, (
            "Who {does}?", "Which person {does}?", "What do you call a person who {does}?",
            "What is the name of a person who {does}?",
        ), ("{a} {does}.",), "{x}", ("Tell me who {does}.",)),
        Topic("body", body, (
            "What do you do with your {x}?", "What is the {x} for?", "What does the {x} do?",
            "Why do we have {xs}?", "What do we use the {x} for?",
        ), ("You use your {x} to {does}.",), "{does}", ("Tell me what the {x} is for.",)),
        Topic("body count", body, (
            "How many {xs} do you have?", "How many {xs} does a person have?", "How many {xs} do people have?",
        ), ("A person has {count}.",), "{count}", ("How many {xs} has a person got?",)),
    ]


def list_topics() -> list[Topic]:
    """Members of a kind: name one, name three, and whether something belongs to it."""
    kinds: dict[str, list[str]] = {"animal": [slot["x"] for slot in animals.ANIMALS]}
    for slot in animals.ANIMALS + things.THINGS + things.FOODS:
        kinds.setdefault(slot.get("kind") or slot["group"], []).append(slot["x"])
    kinds = {kind: members for kind, members in kinds.items() if len(members) > 2 and kind not in ("thing", "food")}
    one = [
        {"k": kind, "ks": plural(kind), "ak": "a " + kind if " " in kind else article(kind), "a": article(m[0]),
         "x": m[0], "three": f"{m[0]}, {m[1]} and {m[2]}"}
        for kind, m in kinds.items() if not kind.startswith("piece")
    ]
    yes_no = [
        {"a": article(members[i]), "ak": slot["ak"], "yes": "yes" if slot["k"] == kind else "no", "is": article(kind)
         if " " not in kind else "a " + kind}
        for kind, members in kinds.items() if kind != "animal"
        for i, slot in ((i, one[(i + turn) % len(one)]) for i in range(len(members)) for turn in (0, 1, 5))
        if slot["k"] not in ("animal", "tool") and (slot["k"] == kind or slot["k"] not in kind)
    ]
    yes_no += [
        {"a": article(x), "ak": slot["ak"], "yes": "yes", "is": slot["ak"]}
        for slot in one if slot["k"] != "animal" for x in kinds[slot["k"]]
    ]
    return [
        Topic("list", one, ("Name {ak}.", "Tell me the name of {ak}.", "Can you name {ak}?", "Give me the name of {ak}."),
              ("{a} is {ak}.",), "{x}", ("Say the name of {ak}.",)),
        Topic("list", one, ("Name three {ks}.", "List three {ks}.", "Give me three {ks}.", "Can you list three {ks}?"),
              ("three {ks} are {three}.",), "{three}", ("Tell me three {ks}.",)),
        Topic("member", yes_no, ("Is {a} {ak}?", "Can you tell me if {a} is {ak}?", "Would you say {a} is {ak}?"),
              ("{yes}, {a} is {is}.",), "{yes}", ("Do you think {a} is {ak}?",)),
    ]


def world_topics() -> list[Topic]:
    """Animals, things and people."""
    return [*_animal_topics(), *_thing_topics(), *_people_topics()]
