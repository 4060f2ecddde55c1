"""The command that brings observations in from a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from riskreg.cli_database import with_database


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--source", help="Where they come from; the name of the file if left out.")
def ingest(file: Path, source: str | None, *, dry_run: bool) -> None:
    """Bring observations in from a .csv or .parquet file, or from CSV on stdin (-).

    Good rows are kept and the others told with their lines; then it exits with 1.
    """
    from riskreg.metrics.commands import ingest_file  # noqa: PLC0415 (loads the tables)
    from riskreg.people.permits import SYSTEM  # noqa: PLC0415
    from riskreg.wiring import HANDLERS  # noqa: PLC0415

    sys.exit(
        with_database(
            lambda db: ingest_file(db, SYSTEM, file, source=source, dry_run=dry_run),
            handlers=HANDLERS,
        )
    )
