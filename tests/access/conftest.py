"""What the tests of access may ask for."""

import pytest

from tests.cast import cast_url, register, staged
from tests.engines import EngineKind

__all__ = ["cast_url", "register", "staged"]

SLOW = pytest.param("postgres", marks=pytest.mark.long)
"""Thousands of rehearsals: who may do what is decided in Python, the same on both engines."""
