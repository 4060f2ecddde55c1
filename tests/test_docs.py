"""What the README and the docs say is true now."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)

from riskreg import cli
from riskreg.graph import schema
from riskreg.settings import Settings, read

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()


def test_every_graphql_example_is_valid() -> None:
    examples = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
    assert len(examples) == 1
    for example in examples:
        assert validate(schema._schema, parse(example)) == []


def words_of(kind: type[GraphQLNamedType] = GraphQLNamedType) -> set[str]:
    """The names of the schema's own types of a kind."""
    types = schema._schema.type_map.values()
    return {
        one.name
        for one in types
        if isinstance(one, kind)
        and not (is_specified_scalar_type(one) or is_introspection_type(one))
    }


def test_the_glossary_has_the_words_of_the_schema_and_no_others() -> None:
    rows = re.findall(r"^\| `(…?)(\w+)` \| \S", GLOSSARY, re.MULTILINE)
    endings = tuple(word for rest, word in rows if rest)
    listed = [word for rest, word in rows if not rest]
    by_rule = {word for word in words_of() if word.endswith(endings)}
    assert sorted(listed) == sorted(words_of() - by_rule)


def test_the_glossary_leaves_to_rules_only_what_follows_one() -> None:
    rules = re.findall(r"^\| `…(\w+)`", GLOSSARY, re.MULTILINE)
    kinds = {
        **dict.fromkeys(("Connection", "Edge", "Payload"), GraphQLObjectType),
        **dict.fromkeys(("Input", "Filter", "Order"), GraphQLInputObjectType),
        "OrderField": GraphQLEnumType,
    }
    assert rules == list(kinds)
    for rule, kind in kinds.items():
        named = {word for word in words_of() if word.endswith(rule)}
        assert named, rule
        assert named <= words_of(kind), rule
    inputs = {word for word in words_of(GraphQLInputObjectType) if word.endswith(tuple(rules))}
    assert inputs == words_of(GraphQLInputObjectType)


def commands(group: click.Command, path: tuple[str, ...] = ()) -> dict[str, click.Command]:
    """Every command by its words."""
    if not isinstance(group, click.Group):
        return {" ".join(path): group}
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found |= commands(command, (*path, name))
    return found


def test_every_command_is_in_the_readme_with_all_its_options() -> None:
    known = commands(cli.main)
    table = re.findall(r"^\| `riskreg ([a-z -]+?)((?: -| [A-Z]|`).*?)`? \|", README, re.MULTILINE)
    told = {words.strip(): rest for words, rest in table}
    assert set(told) == set(known)
    for words, rest in told.items():
        options = {name for one in known[words].params for name in one.opts if name[0] == "-"}
        assert set(re.findall(r"(?<= )-[a-z-]+", rest)) == options, words
        arguments = {one.human_readable_name for one in known[words].params} - {
            one.human_readable_name for one in known[words].params if isinstance(one, click.Option)
        }
        assert set(re.findall(r"^ ([A-Z]+)", rest)) == {name.upper() for name in arguments}, words


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `RISKREG_([A-Z_]+)` \| `(.*?)` \|", README, re.MULTILINE))
    assert {name.lower(): default for name, default in rows.items()} == {
        field.name: field.default for field in fields(Settings)
    }


def test_settings_are_read_from_the_environment() -> None:
    assert read({"RISKREG_ZONE": "Europe/Warsaw", "OTHER": "x"}).zone == "Europe/Warsaw"
    assert read({}) == Settings()


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name)
def test_links_of_the_docs_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []
