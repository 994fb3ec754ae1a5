"""`python -m workers worker QUEUE` and `python -m workers clock`."""

from __future__ import annotations

import logging
import os

import click

from app.command import Command
from app.config import read_settings
from app.domain import audit
from app.domain.pipeline import QUEUES
from app.host import locks
from workers import commands, doctor, fairness_command


@click.group(cls=Command)
def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TQDM_DISABLE", "1")


@main.command()
@click.argument("queue", type=click.Choice(QUEUES))
@click.option("--burst", is_flag=True, help="Stop when the queue is empty.")
def worker(queue: str, burst: bool) -> None:
    """Works off one queue."""
    from workers.worker import work

    audit.act_as("worker")
    with locks.at_work(read_settings().data, queue):
        work(queue, burst=burst)


@main.command()
def clock() -> None:
    """Rings for whatever is due, sends digests, sweeps."""
    from workers.clock import tick_for_ever

    audit.act_as("clock")
    with locks.at_work(read_settings().data, locks.CLOCK):
        tick_for_ever()


@main.group("audit")
def audit_of() -> None:
    """What `./heard audit` measures with a speech engine; the rest needs none."""


audit_of.add_command(fairness_command.fairness)
for command in (commands.transcribe, commands.understand, commands.models, doctor.doctor):
    main.add_command(command)
if __name__ == "__main__":
    main(prog_name="./heard")
