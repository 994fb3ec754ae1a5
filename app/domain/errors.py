"""What can go wrong, as sentences. Only the web knows which status each one gets."""

from __future__ import annotations


class HeardError(Exception):
    """A refusal that a person can read. `sentence` is shown as it stands."""

    sentence = "Something went wrong."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotFound(HeardError):
    sentence = "There is nothing at this address."


class Forbidden(HeardError):
    sentence = "There is nothing at this address."


class Invalid(HeardError):
    sentence = "That can't be accepted as it is."


class Conflict(HeardError):
    sentence = "Someone else changed this first."


class Expired(HeardError):
    sentence = "This link no longer works."


class TooLarge(HeardError):
    sentence = "This is larger than what can be taken here."


class StepFailed(HeardError):
    """A pipeline step can't go on. `permanent`: trying again would not help."""

    sentence = "This step failed."

    def __init__(self, sentence: str | None = None, *, permanent: bool = True) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class Trouble(StepFailed):
    """What is in the way is not the work's fault, such as a full disk: it waits, uncounted."""

    sentence = "This waits for better times."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence, permanent=False)


class ChannelError(HeardError):
    """A message did not arrive. `permanent`: trying again would not help.

    `answered`: the receiver's status code, if it gave one. `gone`: it wants nothing, ever again.
    `unsent`: nothing of the message had left when it failed.
    """

    sentence = "The message could not be sent."

    def __init__(
        self,
        sentence: str | None = None,
        *,
        permanent: bool = False,
        answered: int | None = None,
        gone: bool = False,
        unsent: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.unsent = unsent
        self.permanent = permanent or gone
        self.answered = answered
        self.gone = gone
