"""What the tests of this slice may ask for."""

from tests.cast import cast_url, register, shared, shared_url, staged
from tests.risks.watched import alone, watch

__all__ = ["alone", "cast_url", "register", "shared", "shared_url", "staged", "watch"]
