"""The secrets that people and services send, and the digests that are kept of them.

A token is `rrk_`, 30 random characters of base 62 (178 bits), and their CRC-32 in 6 more, so that
a mistyped or invented one is refused before the database is asked, and leaks can be searched for.
The secrets are random, so one fast SHA-256 of them is enough to keep; there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "rrk_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_PART, CHECK_PART = 30, 6

_TOKEN = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM_PART + CHECK_PART}}}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """A new API token; it is shown once and never kept."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_PART))
    return body + _check(body)


def is_token(given: object) -> bool:
    """Whether this is a text that `new_token` can have made."""
    if not isinstance(given, str) or _TOKEN.fullmatch(given) is None:
        return False
    return given[-CHECK_PART:] == _check(given[:-CHECK_PART])


def new_secret() -> str:
    """A new secret of a sign-in link or session: 256 bits that fit a URL and a cookie."""
    return secrets.token_urlsafe(32)


def is_secret(given: object) -> bool:
    """Whether this is a text that `new_secret` can have made."""
    return isinstance(given, str) and _SECRET.fullmatch(given) is not None


def digest(secret: str) -> str:
    """What is kept of a token or secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(body: str) -> str:
    number, text = zlib.crc32(body.encode()), ""
    for _ in range(CHECK_PART):
        number, place = divmod(number, len(ALPHABET))
        text = ALPHABET[place] + text
    return text
