"""The commands: serve, migrate, demo, tokens, audit, schema; others have modules of their own."""

from __future__ import annotations

import gc
import logging
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from riskreg import settings as configured
from riskreg.cli_database import reaching, require_one_of, with_database
from riskreg.cli_ingest import ingest
from riskreg.cli_jobs import jobs, worker
from riskreg.kit import logs
from riskreg.kit.clock import SettableClock, SystemClock, today
from riskreg.kit.db import Act, Database
from riskreg.kit.errors import UserError

DEFAULT_PORT = 8000


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="riskreg")
def main() -> None:
    """The risk and change-management register.

    The database is named by RISKREG_DATABASE_URL: a SQLite file by default, or postgresql+asyncpg.
    """
    if not logging.getLogger().handlers:  # else who called us logs in a way of their own
        logs.configure(logs.Form.TEXT.value)


main.add_command(worker)
main.add_command(jobs)
main.add_command(ingest)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="The port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve the API and the page on a database that is already migrated."""
    _serve(host, port)


def _serve(host: str, port: int) -> None:
    gc.disable()  # what is made until it serves stays for good: looking for garbage is in vain
    from riskreg import serving  # noqa: PLC0415 (the schema costs a second)
    from riskreg.app import HasWorker, Service  # noqa: PLC0415
    from riskreg.kit.walk import Walk  # noqa: PLC0415

    settings = configured.current()
    require_one_of("RISKREG_LOG", settings.log, logs.Form)
    require_one_of("RISKREG_EXECUTOR", settings.executor, Walk)
    require_one_of("RISKREG_WORKER", settings.worker, HasWorker)
    logs.configure(settings.log)
    with reaching():
        service = Service(settings)
    gc.freeze()  # nor need any later collection look at it
    gc.enable()
    serving.serve(service, host, port)


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    _upgrade(configured.current().database_url)
    _install_defaults()


def _upgrade(url: str) -> None:
    from riskreg.kit import migrate  # noqa: PLC0415 (Alembic costs half a second)

    with reaching():
        migrate.upgrade(url)


def _install_defaults() -> None:
    """Write the default matrix, appetites and metrics at the time from which they hold.

    Not at the machine's: the journal never goes back, and the demo is told from its beginning.
    """
    from riskreg.metrics import service as metrics  # noqa: PLC0415 (loads the tables)
    from riskreg.people.permits import SYSTEM  # noqa: PLC0415
    from riskreg.risks import config  # noqa: PLC0415

    async def install(db: Database) -> None:
        if not await config.is_installed(db, SYSTEM):
            await db.write(SYSTEM, Act("installDefaults"), config.install)
        if not await metrics.is_installed(db, SYSTEM):
            await db.write(SYSTEM, Act("installMetrics"), metrics.install)

    with_database(install, SettableClock(config.SINCE))


@main.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from riskreg.graph import schema as built  # noqa: PLC0415 (costs a second)

    click.echo(built.as_str())


@main.group()
def audit() -> None:
    """Prove that nothing was altered behind the journal's back."""


@audit.command()
@click.option("--head", help="A head noted earlier, as printed in a brief: SEQ:HASH.")
def verify(head: str | None) -> None:
    """Check every entry, every row version and every live row; exit 1 if anything is wrong."""
    from riskreg import tables  # noqa: F401, PLC0415 (completes the metadata)
    from riskreg.kit import audit as proof  # noqa: PLC0415

    verdict = with_database(lambda db: db.run_sync(lambda c: proof.verify(c, head)))
    click.echo(f"{verdict.entries} entries, head {verdict.head}")
    for problem in verdict.problems:
        click.echo(f"WRONG: {problem}")
    sys.exit(0 if verdict.sound else 1)


@main.group()
def token() -> None:
    """API tokens."""


@token.command()
@click.option("--role", required=True, help="The role that the token acts in, such as PM.")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", default=90, show_default=True, help="How long it lives.")
def create(role: str, name: str, days: int) -> None:
    """Make a token for a service of that role, and print it alone."""
    from riskreg.people.bootstrap import create_token  # noqa: PLC0415 (loads the tables)

    click.echo(with_database(lambda db: create_token(db, role, name, timedelta(days=days))))


@main.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--profile", default="riskreg", show_default=True, help="Whose headings it has.")
def import_command(file: Path, profile: str, *, dry_run: bool) -> None:
    """Bring risks in from a CSV, XLSX or JSON file: all of it or nothing."""
    from riskreg.people.permits import SYSTEM  # noqa: PLC0415 (loads the tables)
    from riskreg.risks.commands import import_file  # noqa: PLC0415

    sys.exit(
        with_database(lambda db: import_file(db, SYSTEM, file, profile=profile, dry_run=dry_run))
    )


@main.command(name="export")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx", "json"]), default="csv")
@click.option("--profile", default="riskreg", show_default=True, help="riskreg or nist-ir-8286.")
@click.option("--as-of", help="An instant of the past, such as 2026-11-09T01:00:00Z.")
@click.option("-o", "target", type=click.Path(path_type=Path, dir_okay=False), help="The file.")
def export_command(kind: str, profile: str, as_of: str | None, target: Path | None) -> None:
    """Write the register to a file or to stdout."""
    from riskreg.people.permits import SYSTEM  # noqa: PLC0415 (loads the tables)
    from riskreg.risks.commands import export_file  # noqa: PLC0415

    at = None if as_of is None else _instant(as_of)
    sys.exit(
        with_database(
            lambda db: export_file(
                db, SYSTEM, format=kind, profile=profile, as_of=at, target=target
            )
        )
    )


def _instant(text: str) -> datetime:
    from riskreg.kit.scalars import parse_instant  # noqa: PLC0415 (loads strawberry)

    try:
        return parse_instant(text)
    except Exception as error:
        raise click.BadParameter(str(error)) from error


@main.group()
def report() -> None:
    """Briefs for leadership."""


@report.command()
@click.option("--as-of", help="The instant it tells of, such as 2026-11-16T01:00:00Z.")
@click.option("--compare-to", help="The earlier report; by default that of an earlier day.")
@click.option("-o", "target", type=click.Path(path_type=Path, dir_okay=False), default="brief.pdf")
def portfolio(as_of: str | None, compare_to: str | None, target: Path) -> None:
    """Print the one-page brief "Where we stand" to a PDF, without keeping it."""
    from riskreg.people.permits import SYSTEM  # noqa: PLC0415 (loads the tables)
    from riskreg.reports.service import preview  # noqa: PLC0415

    at = None if as_of is None else _instant(as_of)
    printed = with_database(lambda db: preview(db, SYSTEM, as_of=at, compare_to=compare_to))
    target.write_bytes(printed.pdf)
    for finding in printed.findings:
        click.echo(f"{finding.severity} {finding.rule}: {finding.message}", err=True)
    click.echo(f"{target}: {printed.content_hash}")


@report.command(name="verify")
@click.argument("code")
def verify_report(code: str) -> None:
    """Make a report again and compare; exit 1 if it is not what was made then."""
    from riskreg.people.permits import SYSTEM  # noqa: PLC0415 (loads the tables)
    from riskreg.reports.service import verify as prove  # noqa: PLC0415

    verified = with_database(lambda db: prove(db, SYSTEM, code))
    for problem in verified.problems:
        click.echo(f"WRONG: {problem}")
    click.echo(f"{verified.code} is {'sound' if verified.sound else 'not what was made'}")
    sys.exit(0 if verified.sound else 1)


@main.command(name="sign-in-link")
def sign_in_link() -> None:
    """Print the secret of a link that signs a lead in once: /sign-in?token=SECRET."""
    click.echo(with_database(_sign_in_link))


@main.command()
@click.option("--size", type=click.Choice(["small", "full"]), default="small", show_default=True)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The demo's today.")
@click.option(
    "--ground-truth",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="A file for what is planted in its numbers, as JSON.",
)
def demo(size: str, as_of: datetime | None, ground_truth: Path | None) -> None:
    """Load the demo organisation into an empty database."""
    from riskreg.demo import load  # noqa: PLC0415 (loads the services)

    day = as_of.date() if as_of else None
    _upgrade(configured.current().database_url)
    _load_demo(size, day)
    if ground_truth is not None:
        try:
            ground_truth.write_text(load.ground_truth(day), encoding="utf-8")
        except OSError as error:
            raise click.FileError(str(ground_truth), error.strerror) from None


def _load_demo(size: str, as_of: date | None) -> None:
    from riskreg.demo import load  # noqa: PLC0415 (loads the services)

    hidden = not sys.stderr.isatty()
    told = logging.getLogger(Database.__module__)
    told.setLevel(logging.ERROR)  # a long write keeps nobody waiting here
    try:
        with click.progressbar(length=1, label="Loading", file=sys.stderr, hidden=hidden) as bar:

            def progress(done: int, of: int) -> None:
                bar.length = of
                bar.update(done - bar.pos)

            load.into(configured.current().database_url, size, as_of, progress)
    except UserError as error:
        raise click.ClickException(error.message) from None
    finally:
        told.setLevel(logging.NOTSET)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True)
def run(host: str, port: int) -> None:
    """Migrate, load the demo into an empty database, print a sign-in link, and serve."""
    url = configured.current().database_url
    _upgrade(url)
    if with_database(_is_empty):
        click.echo("loading the demo organisation …")
        _load_demo("small", today(SystemClock().now()))
    link = with_database(_sign_in_link)
    brief = with_database(_newest_brief)
    base = f"http://{host}:{port}"
    click.echo(f"riskreg serves on {base}")
    click.echo(f"  sign in     {base}/sign-in?token={link}")
    click.echo(f"  GraphiQL    {base}/graphiql")
    if brief is not None:
        click.echo(f"  a brief     {base}/reports/{brief}.pdf")
    _serve(host, port)


async def _is_empty(db: Database) -> bool:
    from sqlalchemy import select  # noqa: PLC0415

    from riskreg.people.models import Person  # noqa: PLC0415 (loads the tables)
    from riskreg.people.permits import SYSTEM  # noqa: PLC0415

    view = db.view(SYSTEM)
    return not await db.rows(view, select(view.of(Person).id).limit(1))


async def _newest_brief(db: Database) -> str | None:
    from sqlalchemy import select  # noqa: PLC0415

    from riskreg.people.permits import SYSTEM  # noqa: PLC0415 (loads the tables)
    from riskreg.reports.models import Report  # noqa: PLC0415

    view = db.view(SYSTEM)
    report = view.of(Report)
    newest = select(report.code).order_by(report.number.desc()).limit(1)
    codes = [str(row.code) for row in await db.rows(view, newest)]
    return codes[0] if codes else None


async def _sign_in_link(db: Database) -> str:
    from riskreg.people.bootstrap import sign_in_secret  # noqa: PLC0415

    return await sign_in_secret(db)
