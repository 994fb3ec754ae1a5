"""The scorer of passages and themes: learned on many codebooks, judged on codebooks left out.

The closeness is learned on all codebooks but those of some trades, and passages of these are
compared with their themes by it: from names and descriptions, from names alone, and with some
passages shown as examples. On what that gives for all trades the weights of the likenesses are
fitted, and the choice of themes: few weights, as what they say is to hold elsewhere. How much a
passage says of anything is learned in the same way: on all trades but those it is asked about.
What is chosen where examples were taught is learned last (teaching.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from app.domain.codebook.book import Theme
from app.domain.personal_data.reading import unnamed
from tools.text_heads import closeness, fit, teaching
from tools.text_heads.codebooks import CODEBOOKS, Book, Remembered, gathered
from tools.text_heads.episodes import Episode, Weights, heard
from workers.understand import closeness as kept
from workers.understand import heads
from workers.understand.encoder import Encoder
from workers.understand.themes import LIKENESSES, among, called, centred, wordings

THRESHOLDS = np.arange(0.15, 0.7, 0.01)
PARTS = (1, 2, 2, 3, 4, 6)  # themes of a random part of a codebook
SILENT = 0.75  # of the passages about none, at least so many must be given none
NEARLY = 0.01  # of micro-F1
FOLDS = 8


def train(texts: list[str], encoder: Encoder, folder: Path, seed: int = 0) -> None:
    """`texts`: what customers say, whose mean is the centre. `folder`: tools/sentences."""
    reading = Remembered(encoder)
    centre = reading.embed([unnamed(text) for text in texts]).mean(0)
    # `centred` reads it
    _save(centre, Weights(*np.zeros((2, LIKENESSES + 1))), np.zeros(7), 0.5, np.zeros(385))
    books = gathered(folder, reading)
    told = [_told(book, reading) for book in books]
    where = _folds([book.trade for book in books], seed)
    episodes: list[list[Episode]] = [[] for _ in range(FOLDS)]
    unmet = []  # what was learned without each fold's trades
    for fold in range(FOLDS):
        rest = [one for one, at in zip(told, where, strict=True) if at != fold]
        unmet.append((closeness.learn(rest, seed), _substance(rest)))
        for row in np.flatnonzero(where == fold):
            episodes[fold] += heard(books[row], reading, *unmet[fold], seed + int(row))
    judged = []
    for fold in range(FOLDS):
        others = [each for at, several in enumerate(episodes) if at != fold for each in several]
        weights, decide, least = _scorers(others)
        judged += [
            (each, own := each.scores(weights), _chances(own, each.substance, decide) >= least)
            for each in episodes[fold]
        ]
    _report(judged)
    weights, decide, least = _scorers([each for several in episodes for each in several])
    closeness.save(closeness.learn(told, seed))
    kept.closeness.cache_clear()
    _save(centre, weights, decide, least, _substance(told))  # `lessons` weigh likenesses by it
    taught: list[list[teaching.Lesson]] = [[] for _ in range(FOLDS)]
    for row, book in enumerate(books):
        if book.source == CODEBOOKS:
            fold = where[row]
            taught[fold] += teaching.lessons(book, reading, *unmet[fold], seed + row)
    _save(centre, weights, decide, least, _substance(told), *teaching.judged(taught))


def _told(book: Book, encoder: Remembered) -> closeness.Told:
    """Each theme by its name and description, and by its name alone."""
    bare = [Theme(theme.name, "") for theme in book.codebook.themes]
    themes = [called(centred(encoder.embed(wordings(own)))) for own in (book.codebook.themes, bare)]
    return closeness.Told(
        centred(book.embedding), np.concatenate(themes), np.concatenate([book.truth] * 2, 1)
    )


def _substance(books: list[closeness.Told]) -> np.ndarray:
    """Weights of a centred vector and a constant: log-odds that a passage is about any theme."""
    about = np.concatenate([book.truth.any(1) for book in books])
    line = fit.logistic(np.concatenate([book.passages for book in books]), about, 1.0)
    return np.append(line.coef_[0], line.intercept_)


def _folds(trades: list[str], seed: int) -> np.ndarray:
    """A part for each codebook; those of one trade are in one part."""
    names = sorted({*trades})
    order = np.random.default_rng(seed).permutation(len(names))
    part = {names[row]: place % FOLDS for place, row in enumerate(order)}
    return np.array([part[trade] for trade in trades])


def _scorers(episodes: list[Episode]) -> tuple[Weights, np.ndarray, float]:
    """A bare name says too little for the closeness: with it close topics of trades it has never
    met are told apart worse. Close topics that are taught would take minutes to score."""
    plain = [each for each in episodes if each.source == CODEBOOKS and not each.examples.size]
    told = [each for each in plain if each.described]
    named = [each for each in plain if not each.described]
    likenesses = np.arange(LIKENESSES)
    weights = Weights(_fitted(told, likenesses), _fitted(named, likenesses[:-1]))
    some = [each for each in episodes if each.source == CODEBOOKS or not each.examples.size]
    decide = _decide(some, [each.scores(weights) for each in some])
    decide = _as_sure_as_right(decide, told, [each.scores(weights) for each in told])
    chances = [_chances(each.scores(weights), each.substance, decide) for each in told]
    return weights, decide, _least(chances, told)


def _fitted(episodes: list[Episode], likenesses: np.ndarray) -> np.ndarray:
    weights = np.zeros(LIKENESSES)
    weights[likenesses] = _softmax(episodes, likenesses)
    return _level(weights, episodes)


def _level(weights: np.ndarray, episodes: list[Episode]) -> np.ndarray:
    """The weights, and what makes the scores log-odds: as many themes given as there are."""
    scores = np.concatenate([(each.likeness @ weights).reshape(-1) for each in episodes])
    share = np.mean(np.concatenate([each.truth.reshape(-1) for each in episodes]))
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (low, middle) if heads.sigmoid(scores + middle).mean() > share else (middle, high)
        )
    return np.append(weights, middle)


def _softmax(episodes: list[Episode], likenesses: np.ndarray) -> np.ndarray:
    widest = max(each.truth.shape[1] for each in episodes)
    likeness, truth, there = [], [], []
    for each in episodes:
        about = each.truth.any(1)
        more = ((0, 0), (0, widest - each.truth.shape[1]))
        likeness.append(np.pad(each.likeness[about][..., likenesses], (*more, (0, 0))))
        truth.append(np.pad(each.truth[about], more))
        there.append(np.pad(np.ones_like(each.truth[about]), more))
    x, yes, real = (torch.tensor(np.concatenate(each)) for each in (likeness, truth, there))
    weights = torch.zeros(len(likenesses), requires_grad=True)
    search = torch.optim.LBFGS([weights], max_iter=80, line_search_fn="strong_wolfe")

    def surprise() -> torch.Tensor:
        search.zero_grad()
        scores = (x @ (10 * weights)).masked_fill(~real, -1e9)
        chances = torch.log_softmax(scores, 1).masked_fill(~yes, -1e9)
        loss = -torch.logsumexp(chances, 1).mean() + 1e-4 * (weights**2).sum()
        loss.backward()
        return loss

    search.step(surprise)
    return np.asarray(10 * weights.detach().numpy())


def _decide(episodes: list[Episode], scores: list[np.ndarray]) -> np.ndarray:
    """Learned from each codebook, and from random parts of it: small codebooks work alike."""
    draws = np.random.default_rng(0)
    x, y = [], []
    for each, own in zip(episodes, scores, strict=True):
        for size in (own.shape[1], *PARTS):
            some = draws.permutation(own.shape[1])[:size]
            standing = among(own[:, some], each.substance)
            x.append(standing.reshape(-1, standing.shape[-1]))
            y.append(each.truth[:, some].reshape(-1))
    line = LogisticRegression(C=1.0, max_iter=500).fit(np.concatenate(x), np.concatenate(y))
    return np.append(line.coef_[0], line.intercept_)


def _as_sure_as_right(
    decide: np.ndarray, episodes: list[Episode], scores: list[np.ndarray]
) -> np.ndarray:
    """The same order, as sure as it is right where themes are described (Platt 1999): close topics
    are told apart less often than the themes of most codebooks."""
    told = [
        _log_odds(own, each.substance, decide) for each, own in zip(episodes, scores, strict=True)
    ]
    truth = np.concatenate([each.truth.reshape(-1) for each in episodes])
    line = LogisticRegression(C=np.inf).fit(np.concatenate([x.reshape(-1, 1) for x in told]), truth)
    return np.append(line.coef_[0] * decide[:-1], line.coef_[0] * decide[-1] + line.intercept_)


def _log_odds(scores: np.ndarray, substance: np.ndarray, decide: np.ndarray) -> np.ndarray:
    return np.asarray(among(scores, substance) @ decide[:-1] + decide[-1])


def _chances(scores: np.ndarray, substance: np.ndarray, decide: np.ndarray) -> np.ndarray:
    return heads.sigmoid(_log_odds(scores, substance, decide))


def _least(chances: list[np.ndarray], episodes: list[Episode]) -> float:
    """The highest threshold of those with nearly the best micro-F1 that leave the passages about
    none alone: what is given should be right."""
    figures = {}
    for least in THRESHOLDS:
        said = [own >= least for own in chances]
        f1, silent = _figures([each.truth for each in episodes], said)
        figures[float(least)] = f1 if silent >= SILENT else silent - 1
    best = max(figures.values())
    return max(least for least, f1 in figures.items() if f1 >= best - NEARLY)


def _figures(truths: list[np.ndarray], said: list[np.ndarray]) -> tuple[float, float]:
    """Micro-F1, and the share of passages about none that are given none (0 without any)."""
    truth = np.concatenate([each.reshape(-1) for each in truths])
    yes = np.concatenate([own.reshape(-1) for own in said])
    quiet = [~own[~each.any(1)].any(1) for each, own in zip(truths, said, strict=True)]
    silent = np.concatenate([*quiet, np.zeros(0, bool)])
    f1 = float(2 * (truth & yes).sum() / (truth.sum() + yes.sum()))
    return f1, float(silent.mean()) if len(silent) else 0.0


def _report(judged: list[tuple[Episode, np.ndarray, np.ndarray]]) -> None:
    for way in dict.fromkeys(each.way for each, _, _ in judged):
        own = [(each.truth, scores, said) for each, scores, said in judged if each.way == way]
        f1, silent = _figures([truth for truth, _, _ in own], [said for _, _, said in own])
        first = np.concatenate(
            [
                truth[about][np.arange(about.sum()), scores[about].argmax(1)]
                for truth, scores, _ in own
                if (about := truth.any(1)).any()
            ]
        )
        print(
            f"themes left out, {way}: micro-F1 {f1:.3f}, likeliest right {first.mean():.3f} "
            f"(n={len(first)}), none given where there is none {silent:.3f}"
        )


def _save(
    centre: np.ndarray,
    weights: Weights,
    decide: np.ndarray,
    least: float,
    substance: np.ndarray,
    decide_taught: np.ndarray | None = None,
    least_taught: float = 1.0,
) -> None:
    none = np.zeros(0)
    fit.save(
        "themes",
        [],
        (none, none),
        [],
        centre=centre,
        pair=weights.pair,
        bare=weights.bare,
        decide=decide,
        least=np.array([least]),
        decide_taught=np.zeros(12) if decide_taught is None else decide_taught,
        least_taught=np.array([least_taught]),
        substance=substance,
    )
    heads.load.cache_clear()
