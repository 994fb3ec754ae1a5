"""The sentences the small Whisper knows: customer feedback from about 230 plain words.

A rule is a list of choices; a name in braces is replaced by one choice of that rule. One
sentence in twenty, chosen by its own checksum, is never trained on: `held_out` tells which.
"""

from __future__ import annotations

import random
import re
import zlib

RULES: dict[str, list[str]] = {
    "sentence": [
        "{thing_the} {was} {quality}.",
        "{thing_the} {was} {quality} and {quality}.",
        "{thing_the} {was} {degree} {quality}.",
        "{thing_the} {was} {quality}, but {thing_the} {was} {quality}.",
        "{thing_the} {was} {quality}, and {nobody} {answered}.",
        "{nobody} {answered}.",
        "{nobody} {answered}, so I {did_next}.",
        "I {waited} {span} for {thing_a}.",
        "I {waited} {place} for {span}.",
        "I {waited} {span}, and {nobody} {answered}.",
        "I want {wish}.",
        "I would like {wish} for {thing_the}.",
        "I {did} {thing_a} {when}.",
        "I {did} {thing_the} {when}, and it {was} {quality}.",
        "I {did_next} {when}.",
        "{person_the} {was} {manner}.",
        "{person_the} {was} {degree} {manner} and {helped}.",
        "{person_the} {place} {helped}.",
        "{person_the} {helped}, thank you.",
        "Thank you for {kindness}.",
        "Thank you, {person_the} {was} {manner}.",
        "{broken_thing} arrived {state}.",
        "{broken_thing} arrived {state} {when}.",
        "{broken_thing} never arrived.",
        "{broken_thing} came {when}, but it {was} {state}.",
        "Please {please}.",
        "Please {please} {when_next}.",
        "{feeling_i}.",
        "{feeling_i} because {thing_the} {was} {quality}.",
        "{feeling_i} about {thing_the}.",
        "It took {span} to {task}.",
        "It was {easy} to {task}.",
        "I could not {task}.",
        "I tried to {task}, but {thing_the} {was} {quality}.",
        "I will {future}.",
        "{thing_the} {place} {was} {quality}.",
        "You sent me {thing_a}, but I ordered {thing_a}.",
        "Why {was} {thing_the} so {quality}?",
        "When will {thing_the} arrive?",
        "We love {thing_the}, it is {quality}.",
    ],
    "thing": [
        "delivery", "box", "package", "order", "refund", "price", "app", "website", "checkout",
        "line", "store", "service", "product", "phone", "bill", "account", "card", "payment",
        "email", "message", "chair", "table", "lamp", "coffee", "food", "room", "ticket", "form",
        "driver", "return", "screen", "password", "shirt", "machine", "meal", "answer", "help",
    ],
    "thing_the": ["the {thing}", "my {thing}", "the {thing}", "your {thing}", "the new {thing}"],
    "thing_a": ["a {thing}", "the {thing}", "a new {thing}", "my {thing}"],
    "was": ["was", "is", "was", "was not", "is not", "was always"],
    "degree": ["very", "really", "so", "too", "quite"],
    "quality": [
        "late", "broken", "great", "terrible", "slow", "fast", "easy", "good", "bad", "wrong",
        "perfect", "cheap", "expensive", "simple", "clear", "dirty", "clean", "cold", "fresh",
        "confusing", "helpful", "missing", "closed", "empty", "beautiful", "awful", "fair",
        "too high", "too long", "hard to find", "on time",
    ],
    "nobody": ["nobody", "no one", "nobody there", "no person"],
    "answered": [
        "answered", "answered my call", "helped me", "called me back", "answered the phone",
        "told me why", "could help", "answered my email", "listened to me",
    ],
    "did_next": [
        "called again", "went to the store", "gave up", "asked for a refund", "sent an email",
        "cancelled my order", "talked to a person", "sent it back", "left the store",
        "called the bank", "paid again",
    ],
    "did": ["ordered", "bought", "returned", "paid for", "found", "lost", "opened", "used"],
    "waited": ["waited", "waited", "was waiting", "have been waiting"],
    "number": ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twenty"],
    "span": [
        "{number} days", "{number} weeks", "{number} hours", "{number} minutes", "all day",
        "a long time", "a whole week", "half an hour", "too long", "a month",
    ],
    "place": [
        "in line", "on the phone", "in the store", "at the checkout", "at the desk", "in the app",
        "on the website", "at home", "at the door", "online",
    ],
    "wish": [
        "a refund", "my money back", "to talk to a person", "a new {thing}", "an answer",
        "to cancel my order", "someone to call me", "a better price", "to say thank you",
    ],
    "when": [
        "today", "yesterday", "last week", "last month", "on Monday", "on Friday",
        "this morning", "{number} days ago", "again", "last year",
    ],
    "when_next": ["today", "tomorrow", "this week", "soon", "again", "on Monday"],
    "person": ["woman", "man", "driver", "person", "manager", "agent", "young man", "team"],
    "person_the": ["the {person}", "your {person}", "the {person}", "everyone"],
    "manner": ["friendly", "kind", "rude", "patient", "helpful", "honest", "nice", "angry"],
    "helped": [
        "helped me", "fixed it", "helped me find it", "gave me a refund", "made my day",
        "listened to me", "fixed my {thing}", "told me the truth", "smiled at me",
    ],
    "kindness": [
        "the help", "your help", "listening", "the great service", "the {thing}",
        "calling me back", "everything",
    ],
    "broken_thing": ["the {thing}", "my {thing}", "the box", "my package", "my order"],
    "state": [
        "broken", "late", "empty", "open", "on time", "dirty", "{number} days late", "damaged",
        "early", "cold", "with a missing part",
    ],
    "please": [
        "call me", "call me back", "send me a new {thing}", "fix the {thing}", "help me",
        "give me a refund", "answer my email", "lower the price", "open another checkout",
        "train your team", "talk to the driver",
    ],
    "feeling_i": [
        "I am happy", "I am very angry", "I am sad", "I was so happy", "I feel ignored",
        "I am really upset", "I was surprised", "I am worried", "I was confused",
        "I feel good", "I am tired of waiting", "I was afraid", "I was proud",
    ],
    "easy": ["easy", "hard", "simple", "impossible", "very easy", "too hard"],
    "task": [
        "find the {thing}", "pay", "return the {thing}", "get a refund", "talk to a person",
        "use the app", "cancel", "order a {thing}", "change my password", "get help", "log in",
        "reach anyone",
    ],
    "future": [
        "never come back", "come back soon", "tell my friends", "order again", "call tomorrow",
        "never order again", "try again", "buy another {thing}", "recommend you to everyone",
    ],
}  # fmt: skip

_NAME = re.compile(r"\{(\w+)\}")


def sentences(seed: int, n: int, *, unseen: bool = False) -> list[str]:
    """`n` different sentences, always the same for one seed; `unseen` gives held-out ones."""
    chooser = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < n:
        sentence = _capital(_expand("{sentence}", chooser))
        if held_out(sentence) == unseen:
            found[sentence] = None
    return list(found)


def scrambles(seed: int, n: int) -> list[str]:
    """`n` strings of random known words, so that the ear can't lean on the grammar alone."""
    chooser = random.Random(seed)
    words = vocabulary()
    return [
        _capital(" ".join(chooser.choice(words) for _ in range(chooser.randint(2, 7))) + ".")
        for _ in range(n)
    ]


def held_out(sentence: str) -> bool:
    """Whether this sentence is kept from training: one in twenty, by its checksum."""
    return zlib.crc32(sentence.lower().encode()) % 20 == 0


def vocabulary() -> list[str]:
    """Every word the rules can say, in alphabetical order."""
    text = " ".join(_NAME.sub(" ", choice) for choices in RULES.values() for choice in choices)
    return sorted(set(re.findall(r"[A-Za-z]+", text)), key=str.lower)


def _expand(text: str, chooser: random.Random) -> str:
    while match := _NAME.search(text):
        text = text[: match.start()] + chooser.choice(RULES[match[1]]) + text[match.end() :]
    return text


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
