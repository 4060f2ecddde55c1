"""What the tests of this slice may ask for."""

from tests.stage import stage

__all__ = ["stage"]
