"""What goes wrong, in two kinds: what the caller must change, and what a person may mend.

A `CodedError` is for client bugs, access and limits. It ends the field, or the whole request, and
is shown among the top-level `errors` with `extensions.code`. A `UserError` is something a person
can put right in a form; `perform()` turns it into the payload's `userErrors`, so it never reaches
the top level. Anything else is a fault: masked, logged, answered with a request id.
"""

from __future__ import annotations

from typing import ClassVar


class CodedError(Exception):
    """An error whose message and code the caller may see."""

    default_code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code


class BadInput(CodedError):
    """The request is well formed, but asks for something that no request may ask."""

    default_code = "BAD_USER_INPUT"


class Unauthenticated(CodedError):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    default_code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in, or send a valid token.") -> None:
        super().__init__(message)


class Forbidden(CodedError):
    """The caller is known, and this is not theirs to do."""

    default_code = "FORBIDDEN"


class RateLimited(CodedError):
    """The caller has used up what it may use for now; `retry_after` is in seconds."""

    default_code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooComplex(CodedError):
    """The request would cost more than one request may; `limit` names what it went over."""

    default_code = "QUERY_TOO_COMPLEX"

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class StreamEnded(CodedError):
    """A subscription that we end; `since` is the cursor from which another one may go on."""

    def __init__(self, message: str, code: str, since: str) -> None:
        super().__init__(message, code)
        self.since = since


class UserError(Exception):
    """Something that a person may mend, with the path of the input field where they can."""

    def __init__(
        self,
        message: str,
        code: str = "INVALID",
        field: tuple[str | int, ...] = (),
        current_version: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.current_version = current_version

    def under(self, *prefix: str | int) -> UserError:
        """The same error, seen from an input that holds this one at `prefix`."""
        field = (*prefix, *self.field)
        return UserError(self.message, self.code, field, self.current_version)


class UserErrors(Exception):
    """Several errors that a person may mend at once."""

    def __init__(self, errors: tuple[UserError, ...]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors
