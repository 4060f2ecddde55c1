"""The schema file is what the code says, and every document that we ship is valid against it."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from graphql import DocumentNode, OperationDefinitionNode, parse, validate

from riskreg.graph import schema
from riskreg.kit.guard import LIMITS, inspect

ROOT = Path(__file__).parents[1]
SDL = ROOT / "schema" / "schema.graphql"
OPERATIONS = sorted((ROOT / "schema" / "operations").glob("*.graphql"))
_TAGGED = re.compile(r"const (\w+) = graphql\(\s*`([^`]*)`")


def test_the_schema_file_is_what_the_code_says() -> None:
    assert SDL.read_text() == schema.as_str() + "\n", "run ./dev schema"


def problems(text: str) -> list[str]:
    """What is wrong with a document against the live schema and the guard of documents."""
    document = parse(text)
    found = [error.message for error in validate(schema._schema, document)]
    if not found:
        inspect(document, LIMITS)
    return found


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_an_operation_is_valid_and_has_its_variables(path: Path) -> None:
    document = parse(path.read_text())
    assert problems(path.read_text()) == []
    given = json.loads(path.with_suffix(".json").read_text())
    assert variables(document) == set(given)


def variables(document: DocumentNode) -> set[str]:
    """The names of the variables that a document declares."""
    return {
        variable.variable.name.value
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        for variable in definition.variable_definitions or ()
    }


def page_documents() -> dict[str, str]:
    """Every document of the page by the name of its constant; each stands alone."""
    return {
        name: text
        for path in sorted((ROOT / "frontend" / "src").rglob("*.ts"))
        for name, text in _TAGGED.findall(path.read_text())
    }


@pytest.mark.parametrize(("name", "text"), page_documents().items(), ids=lambda one: str(one)[:30])
def test_a_document_of_the_page_is_valid(name: str, text: str) -> None:
    assert problems(text) == [], name


def test_the_page_has_documents() -> None:
    digests = {hashlib.sha256(text.encode()).hexdigest() for text in page_documents().values()}
    assert len(digests) >= 10
