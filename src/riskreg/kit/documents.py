"""GraphQL documents, parsed, measured and validated once, and kept for the next time."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoFragmentCyclesRule,
    OperationDefinitionNode,
    UniqueFragmentNamesRule,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from riskreg.kit import guard
from riskreg.kit.errors import BadInput, CodedError, StreamEnded, TooComplex

MOST_ERRORS = 5
MOST_DOCUMENTS = 512
MOST_CHARACTERS = 250_000
MOST_COMMENTS = 1_000
LONGEST_MESSAGE = 500
SHA256 = "sha256:"

Errors = tuple[dict[str, object], ...]
_CHEAP_RULES = (NoFragmentCyclesRule, UniqueFragmentNamesRule)
_RULES = (*specified_rules, MaybeNullValidationRule)


@dataclass(frozen=True)
class Document:
    """A document that may be run."""

    node: DocumentNode
    shape: guard.Shape
    introspects: bool
    digest: str

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run: the named one, or the only one."""
        operations = self.shape.operations
        if name is None and len(operations) == 1:
            return operations[0]
        if name is None:
            raise _unresolved("Say by operationName which of the document's operations to run.")
        for one in operations:
            if one.name is not None and one.name.value == name:
                return one
        raise _unresolved("The document has no operation of that name.")


class Refusal(Exception):
    """A document that cannot be run, with the errors to answer, already formatted."""

    def __init__(self, errors: Errors) -> None:
        super().__init__()
        self.errors = errors


class Documents:
    """Documents by their text: the latest used are kept, bounded by number and by size."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        trusted: Mapping[str, str] | None = None,
        limits: guard.Limits = guard.LIMITS,
        most_characters: int = MOST_CHARACTERS,
    ) -> None:
        self._schema = schema
        self._trusted = dict(trusted or {})
        self._limits = limits
        self._most_characters = most_characters
        self._kept: OrderedDict[str, Document | Errors] = OrderedDict()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, text: str) -> Document:
        """The document that the text holds; raises a `Refusal` if it cannot be run."""
        found = self._kept.get(text)
        if found is None:
            found = self._read(text)
            self._keep(text, found)
        else:
            self._kept.move_to_end(text)
        if isinstance(found, Document):
            return found
        raise Refusal(found)

    def text(self, query: str | None, digest: str | None) -> str:
        """The text to run: the one sent, or the trusted one of that SHA-256."""
        if digest is None:
            if query is None:
                raise BadInput("The request has no query.")
            return query
        digest = digest.removeprefix(SHA256)
        if query is not None:
            if hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest() != digest:
                raise BadInput("The hash does not belong to the query.")
            return query
        if digest not in self._trusted:
            # Apollo looks for this message, word for word.
            raise CodedError("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return self._trusted[digest]

    def _keep(self, text: str, found: Document | Errors) -> None:
        if len(text) > self._most_characters:
            return
        self._kept[text] = found
        self._characters += len(text)
        while self._characters > self._most_characters or len(self._kept) > MOST_DOCUMENTS:
            oldest, _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)

    def _read(self, text: str) -> Document | Errors:
        if len(text) > self._limits.characters:
            return (_over("characters", self._limits.characters),)
        try:
            node = parse(text, max_lexical_tokens=self._limits.tokens, max_comments=MOST_COMMENTS)
        except GraphQLError as error:
            if "more than" in error.message and "comments" in error.message:
                return (_over("comments", MOST_COMMENTS),)
            if "more than" in error.message and "tokens" in error.message:
                return (_over("tokens", self._limits.tokens),)
            return (_formatted(error, "GRAPHQL_PARSE_FAILED"),)
        try:
            shape = guard.inspect(node, self._limits)
        except TooComplex as error:
            return (coded(error),)
        if errors := self._validate(node, shape):
            return tuple(_formatted(one, "GRAPHQL_VALIDATION_FAILED") for one in errors)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return Document(node, shape, guard.introspects(shape), digest)

    def _validate(self, node: DocumentNode, shape: guard.Shape) -> list[GraphQLError]:
        if shape.cyclic:
            # The work of the other rules is bounded only where no fragment spreads itself.
            errors = validate(self._schema, node, _CHEAP_RULES, max_errors=MOST_ERRORS)
            if errors:
                return errors
        return validate(self._schema, node, _RULES, max_errors=MOST_ERRORS)


def coded(error: CodedError) -> dict[str, object]:
    """The error as GraphQL answers it, without a place in the document."""
    extensions: dict[str, object] = {"code": error.code}
    if isinstance(error, TooComplex):
        extensions["limit"] = error.limit
    if isinstance(error, StreamEnded):
        extensions["since"] = error.since
    return {"message": shown(error.message), "extensions": extensions}


def shown(message: str) -> str:
    """A message that is safe to send: short, and without halves of characters."""
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE] + "…"
    return message.encode("utf-8", "replace").decode()


def _formatted(error: GraphQLError, code: str) -> dict[str, object]:
    formatted: dict[str, object] = {"message": shown(error.message)}
    if error.locations:
        formatted["locations"] = [one.formatted for one in error.locations]
    formatted["extensions"] = {"code": code}
    return formatted


def _over(limit: str, most: int) -> dict[str, object]:
    return coded(TooComplex(f"The request has too many {limit}: at most {most} allowed.", limit))


def _unresolved(message: str) -> CodedError:
    return CodedError(message, "OPERATION_RESOLUTION_FAILURE")
