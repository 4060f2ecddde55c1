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
from riskreg.kit import filters, guard, lists, operations
from riskreg.kit.edge import EdgeRules
from riskreg.kit.errors import CodedError
from riskreg.kit.perform import UserErrorCode
from riskreg.people import service_tokens
from riskreg.settings import Settings, read
from tests.guides import blocks, section

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
GLOSSARY, PARTNERS, OPERATORS, MAP = (
    (ROOT / "docs" / f"{name}.md").read_text()
    for name in ("glossary", "partners", "operators", "architecture")
)
GUIDES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))


def test_every_graphql_example_is_valid() -> None:
    examples = [*blocks(README, "graphql"), *blocks(PARTNERS, "graphql")]
    assert len(examples) == 5
    for example in examples:
        assert validate(schema._schema, parse(example.text)) == []


def rows(text: str, heading: str) -> list[str]:
    """The first cells of the table rows under a heading, without their backticks."""
    return re.findall(r"^\| `([^`]+)`", section(text, heading), re.MULTILINE)


def test_partners_are_told_every_code() -> None:
    told = rows(PARTNERS, "What may go wrong")
    mend = [code.value for code in UserErrorCode]
    assert told[: len(mend)] == mend
    others = told[len(mend) :]
    kinds: list[type[CodedError]] = [CodedError, *CodedError.__subclasses__()]
    raised = {kind.default_code for kind in kinds}
    assert raised <= set(others)
    code = "".join(path.read_text() for path in (ROOT / "src/riskreg/kit").glob("*.py"))
    assert [one for one in others if f'"{one}"' not in code] == []
    assert len(set(others)) == len(others)


def test_partners_are_told_the_limits() -> None:
    told = dict(
        re.findall(
            r"^\| `([a-z ]+)`.*? \| ([0-9 ]+) \|$",
            section(PARTNERS, "Limits and cost"),
            re.MULTILINE,
        )
    )
    limits = guard.LIMITS
    assert {name: int(most.replace(" ", "")) for name, most in told.items()} == {
        "nodes": limits.nodes,
        "fields": limits.fields,
        "levels": limits.depth,
        "aliases": limits.aliases,
        "fragments": limits.fragments,
        "directives": limits.directives,
        "operations": limits.operations,
        "mutation fields": limits.mutation_fields,
        "characters": limits.characters,
        "tokens": limits.tokens,
    }
    for claim in (
        f"A list gives {lists.DEFAULT_PAGE} rows unless you say",
        f"you say `first`, and at most {lists.MAX_PAGE}.",
        f"A filter nests at most {filters.MAX_DEPTH} deep",
        f"has at most {filters.MAX_LEAVES} conditions",
        f"at most {filters.MAX_ITEMS} values in a list",
        f"at the latest after {service_tokens.MAX_DAYS} days",
        f"a request {operations.SECONDS:.0f} seconds",
        f"A body has at most {EdgeRules().body_limit // 2**20} MiB",
    ):
        assert claim in " ".join(PARTNERS.split()), claim


def test_operators_are_told_what_is_logged() -> None:
    told = rows(OPERATORS, "The log")
    jobs = ["job failed", "job dead", "job lost", "jobs stand still"]
    assert told == [
        "request",
        "fault",
        "the feed lost its connection, and takes another one",
        "the feed cannot read, and tries again",
        "slow entry",
        *jobs,
    ]
    code = "".join(path.read_text() for path in (ROOT / "src/riskreg/kit").glob("*.py"))
    assert [event for event in told if f'("{event}"' not in code] == []


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
        **dict.fromkeys(("List", "Connection", "Edge", "Payload"), GraphQLObjectType),
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


def anchors(path: Path) -> set[str]:
    """What the headings of a document are called in links."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_links_of_the_docs_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", path.read_text())
    for name, anchor in links:
        target = path.parent / name if name else path
        assert target.exists(), name
        assert not anchor or anchor in anchors(target), anchor


def test_every_guide_and_decision_is_linked() -> None:
    linked = {
        (path.parent / link).resolve()
        for path in GUIDES
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())
    }
    kept = {*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "decisions").glob("*.md")}
    assert {path.name for path in kept - linked} == set()


def test_the_map_names_what_is_there() -> None:
    kit = section(MAP, "The kit")
    modules = {
        word
        for row in re.findall(r"^\|[^|]+\|([^|]+)\|", kit, re.MULTILINE)
        for word in row.split()
    }
    named = {word.strip("`") for word in modules if word.startswith("`")}
    missing = [word for word in named if not (ROOT / f"src/riskreg/kit/{word}.py").is_file()]
    assert (len(named) > 30, missing) == (True, [])
    slices = {path.parent.name for path in (ROOT / "src/riskreg").glob("*/__init__.py")}
    assert {name for name in slices if f"`src/riskreg/{name}/`" not in MAP} == set()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name
)
def test_decisions_are_a_page_and_refer_to_what_is_there(path: Path) -> None:
    text = path.read_text()
    parts = ("Context", "Decision", "Consequences", "Alternatives", "References")
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == list(parts)
    assert len(text.splitlines()) <= 45
    assert text.startswith(f"# {path.name[:4]} ")
    for name in re.findall(r"`([\w/]+/\{?[\w,]+\}?\.py)`", text.partition("**References.**")[2]):
        folder, inner = name.rsplit("/", 1)
        stems = inner.removesuffix(".py").strip("{}").split(",")
        assert [one for one in stems if not (ROOT / folder / f"{one}.py").is_file()] == []
