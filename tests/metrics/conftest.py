"""What the tests of this slice may ask for."""

from tests.cast import cast_url, register, shared_url, staged

__all__ = ["cast_url", "register", "shared_url", "staged"]
