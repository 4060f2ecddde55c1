"""Figures of the process and its jobs, in the text that Prometheus reads.

They say how much and how fast, and never who or what. Seconds and counts, as Prometheus wants them.
"""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from sqlalchemy.exc import SQLAlchemyError

from riskreg.kit import jobs_kept
from riskreg.kit.db import Database
from riskreg.kit.meter import Meter

MEDIA_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Exposition(Meter):
    """Counts what happens in one process, in a registry of its own."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._waited = _seconds(
            registry, "entry_wait", "How long an entry of the journal waited for its turn."
        )
        self._took = _seconds(
            registry, "entry", "How long an entry of the journal was open, up to its commit."
        )
        self._answered = _seconds(
            registry,
            "operation",
            "How long an operation took: ok, or the code of its first error.",
            "kind",
            "outcome",
        )
        self._lag = _seconds(
            registry,
            "feed_lag",
            "How long after it was opened an entry was handed to those who listen.",
        )
        self._followers = _level(registry, "feed_followers", "Who listens to the feed now.")
        self._let_go = Counter(
            "riskreg_feed_let_go", "Who listened and was let go.", ("code",), registry=registry
        )
        self._jobs = _level(registry, "jobs", "Jobs that are kept.", "state")
        self._oldest = _level(
            registry,
            "oldest_ready_job_seconds",
            "For how long the oldest job that is ready has been due.",
        )
        self._up = _level(registry, "database_up", "Whether the database answers: 1 or 0.")

    def wrote(self, waited: float, took: float) -> None:
        """An entry was committed."""
        self._waited.observe(waited)
        self._took.observe(took)

    def answered(self, kind: str, outcome: str, took: float) -> None:
        """An operation was answered."""
        self._answered.labels(kind, outcome).observe(took)

    def following(self, followers: int) -> None:
        """So many listen now."""
        self._followers.set(followers)

    def let_go(self, code: str) -> None:
        """Somebody who listened was let go."""
        self._let_go.labels(code).inc()

    def lagged(self, seconds: float) -> None:
        """An entry was handed out."""
        self._lag.observe(seconds)

    async def text(self, db: Database) -> bytes:
        """All figures; those of the jobs are as they were where the database does not answer."""
        try:
            figures = await jobs_kept.figures(db)
        except (SQLAlchemyError, OSError):
            self._up.set(0)
        else:
            self._up.set(1)
            self._oldest.set(figures.oldest_ready_seconds)
            for state, number in figures.counts.items():
                self._jobs.labels(state.value).set(number)
        return generate_latest(self._registry)


def _seconds(registry: CollectorRegistry, name: str, what: str, *labels: str) -> Histogram:
    return Histogram(f"riskreg_{name}_seconds", what, labels, buckets=_SECONDS, registry=registry)


def _level(registry: CollectorRegistry, name: str, what: str, *labels: str) -> Gauge:
    return Gauge(f"riskreg_{name}", what, labels, registry=registry)
