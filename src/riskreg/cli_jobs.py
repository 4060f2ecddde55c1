"""The commands of jobs: a worker, what there is to do, and another try for what died."""

from __future__ import annotations

from datetime import timedelta

import click

from riskreg import settings as configured
from riskreg.cli_database import require_one_of, with_database
from riskreg.kit import logs
from riskreg.kit.db import Database

STATES = ("READY", "RUNNING", "DONE", "DEAD")


@click.command()
@click.option("--at-once", default=2, show_default=True, type=click.IntRange(1, 32))
@click.option("--lease", default=30.0, show_default=True, type=click.FloatRange(1), help="Seconds.")
def worker(at_once: int, lease: float) -> None:
    """Do the jobs of the register until SIGTERM, beside any number of other workers.

    A job whose worker is gone is taken by another one when its lease has ended.
    """
    from riskreg import tables  # noqa: F401, PLC0415 (completes the metadata)
    from riskreg.kit.jobs_worker import Pace, until_told  # noqa: PLC0415
    from riskreg.wiring import HANDLERS, worker_of  # noqa: PLC0415 (loads the services)

    log = configured.current().log
    require_one_of("RISKREG_LOG", log, logs.Form)
    logs.configure(log)
    pace = Pace(at_once, timedelta(seconds=lease))
    with_database(lambda db: until_told(worker_of(db, pace)), handlers=HANDLERS)


@click.group()
def jobs() -> None:
    """What is done after writes: renderings, sweeps."""


@jobs.command(name="list")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
def list_command(state: str | None) -> None:
    """Print a line for each job that is kept: id, kind, state, attempts, due at, error."""
    with_database(lambda db: _list(db, state))


async def _list(db: Database, state: str | None) -> None:
    from riskreg.kit.jobs import JobState  # noqa: PLC0415 (loads the tables)
    from riskreg.kit.jobs_kept import listed  # noqa: PLC0415

    for job in await listed(db, None if state is None else JobState(state)):
        due = job.run_at.isoformat(timespec="seconds")
        error = " ".join((job.error or "").split())
        line = f"{job.id}  {job.kind}  {job.state.value}  {job.attempt}  {due}  {error}"
        click.echo(line.rstrip())


@jobs.command()
@click.argument("job")
def retry(job: str) -> None:
    """Let a dead job be tried again, as often as a new one."""
    from riskreg.kit import jobs_kept  # noqa: PLC0415 (loads the tables)

    with_database(lambda db: jobs_kept.retry(db, job))
