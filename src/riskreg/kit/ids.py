"""Keys, global ids and human codes."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from datetime import datetime

_HEX_KEY = re.compile(r"[0-9a-f]{32}")
_GLOBAL_ID = re.compile(r"([a-z]+)_([0-9a-f]{32})")

EPOCH_MILLISECONDS = 1000


class KeySource:
    """Makes UUIDv7 keys: 32 hex digits that sort by the time they were made (RFC 9562, 5.7).

    Keys made within one millisecond are kept in order by counting up the random part.
    """

    def __init__(self, randbits: Callable[[int], int] = secrets.randbits) -> None:
        self._randbits = randbits
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self, now: datetime) -> str:
        """A new key for the instant `now`; later calls always give greater keys."""
        milliseconds = int(now.timestamp() * EPOCH_MILLISECONDS)
        with self._lock:
            value = (milliseconds << 74) | self._randbits(73)
            if value <= self._last:
                value = self._last + 1 + self._randbits(32)
            self._last = value
        high, low = value >> 62, value & ((1 << 62) - 1)
        stamp, rand_a = high >> 12, high & 0xFFF
        number = (stamp << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | low
        return f"{number:032x}"


def is_key(text: str) -> bool:
    """Whether the text has the shape of a key."""
    return _HEX_KEY.fullmatch(text) is not None


def global_id(prefix: str, key: str) -> str:
    """The opaque id that callers see, such as `risk_0192…`."""
    return f"{prefix}_{key}"


def parse_global_id(text: str) -> tuple[str, str] | None:
    """The (prefix, key) inside a global id, or None if the text is not one."""
    match = _GLOBAL_ID.fullmatch(text)
    return (match[1], match[2]) if match else None


def code(prefix: str, number: int) -> str:
    """The human code of the `number`-th row of its type: `R-007`, `PC-1024`."""
    return f"{prefix}-{number:03d}"
