"""What an operator may set, each by an environment variable of the same name in capitals."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

from riskreg.kit.clock import DEFAULT_ZONE, WorkingCalendar, calendar


@dataclass(frozen=True)
class Settings:
    """The settings of one process; every field has a default that works on one machine."""

    database_url: str = "sqlite+aiosqlite:///riskreg.db"
    """Where the register is kept: SQLite by default, `postgresql+asyncpg://…` past one machine."""
    organisation: str = "Clipline"
    """The name that briefs carry."""
    zone: str = DEFAULT_ZONE
    """The zone in which business days begin and end."""
    calendar: str = "SG"
    """The country whose holidays are the organisation's: `SG`, `DE-BE`, or empty for none."""
    hosts: str = "127.0.0.1,localhost,[::1]"
    """The host names under which requests are answered, separated by commas."""
    executor: str = "planned"
    """How answers are put together: `planned`, or `stock` for the library's own, slower way."""
    log: str = "json"
    """How the server's log is written: `json`, an object a line, or `text` for the eye."""

    worker: str = "on"
    """Whether what serves also does the jobs: `on`, or `off` where `riskreg worker` does them."""

    @property
    def working_days(self) -> WorkingCalendar:
        """The organisation's calendar of working days."""
        return calendar(self.calendar)

    @property
    def host_list(self) -> list[str]:
        """The hosts as a list."""
        return [host.strip() for host in self.hosts.split(",") if host.strip()]


def read(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment gives; `RISKREG_ZONE` sets `zone`, and so on."""
    given = {f.name: environment.get(f"RISKREG_{f.name.upper()}") for f in fields(Settings)}
    return Settings(**{name: value for name, value in given.items() if value is not None})


@cache
def current() -> Settings:
    """The settings of this process, read once."""
    return read(os.environ)
