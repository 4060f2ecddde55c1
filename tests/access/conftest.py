"""What the tests of access may ask for."""

from tests.cast import cast_url, register, staged

__all__ = ["cast_url", "register", "staged"]
