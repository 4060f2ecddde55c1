"""The tree keeps the rules of the house, and each rule finds what it is there to find."""

from pathlib import Path

import pytest

from tests.house import (
    RULES,
    File,
    Rule,
    files,
    modules_and_functions_fit,
    names_say_something,
    no_place_is_named,
    only_the_clock_knows_the_time,
    only_the_database_commits,
    raw_sql_stays_in_kit,
    relationships_stay_at_home,
    slices_are_layered,
)

SERVICE = "src/riskreg/risks/service.py"
MODELS = "src/riskreg/risks/models.py"
RULES_PART = "src/riskreg/risks/rules_scoring.py"
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 40
# In two pieces, so that this file does not break the rule.
SOMEBODYS = "/" + "home/somebody/riskreg"
HOST = "https:" + "//packages.example"

BROKEN: list[tuple[Rule, str, str, int]] = [
    (only_the_database_commits, SERVICE, "await s.flush()\nawait s.commit()", 2),
    (only_the_database_commits, "src/riskreg/kit/jobs.py", "c.commit()", 1),
    (relationships_stay_at_home, MODELS, "class Risk: pass\nx: Mapped[Risk] = relationship()", 2),
    (
        relationships_stay_at_home,
        MODELS,
        'class Risk: pass\nx: Mapped["Risk"] = relationship(lazy="selectin")',
        2,
    ),
    (
        relationships_stay_at_home,
        MODELS,
        'x: Mapped[list["Person"]] = relationship(lazy="raise")',
        1,
    ),
    (
        relationships_stay_at_home,
        MODELS,
        'x: Mapped["Person | None"] = orm.relationship(lazy="raise")',
        1,
    ),
    (relationships_stay_at_home, MODELS, 'x = relationship("Person", lazy="raise")', 1),
    (modules_and_functions_fit, SERVICE, "x = 1\n" * 401, 401),
    (modules_and_functions_fit, "tests/risks/test_rules.py", "x = 1\n" * 401, 401),
    (modules_and_functions_fit, "frontend/src/risks/Register.svelte", "<p>\n" * 401, 401),
    (modules_and_functions_fit, SERVICE, f"y = 2\n\n{LONG_FUNCTION}", 3),
    (modules_and_functions_fit, SERVICE, f"async {LONG_FUNCTION}", 1),
    (names_say_something, "src/riskreg/risks/utils.py", "", 1),
    (names_say_something, "src/riskreg/common/rules.py", "", 1),
    (names_say_something, "tests/risk_helpers.py", "", 1),
    (names_say_something, "frontend/src/TableBase.svelte", "", 1),
    (names_say_something, "src/riskreg/kit/job_manager.py", "", 1),
    (only_the_clock_knows_the_time, SERVICE, "at = datetime.now(UTC)", 1),
    (only_the_clock_knows_the_time, SERVICE, "at = dt.datetime.utcnow()", 1),
    (only_the_clock_knows_the_time, SERVICE, "x = field(default_factory=time.time)", 1),
    (only_the_clock_knows_the_time, SERVICE, "from time import sleep, time", 1),
    (only_the_clock_knows_the_time, "migrations/versions/a.py", "on = date.today()", 1),
    (raw_sql_stays_in_kit, SERVICE, "from sqlalchemy import select, text", 1),
    (raw_sql_stays_in_kit, SERVICE, "from sqlalchemy.sql import text as t", 1),
    (raw_sql_stays_in_kit, SERVICE, "import sqlalchemy as sa\nsa.text('x')", 2),
    (raw_sql_stays_in_kit, SERVICE, "connection.exec_driver_sql('x')", 1),
    (slices_are_layered, RULES_PART, "from riskreg.risks import rules, models", 1),
    (slices_are_layered, RULES_PART, "from riskreg.risks.models_mitigation import M", 1),
    (slices_are_layered, RULES_PART, "import riskreg.risks.service", 1),
    (slices_are_layered, RULES_PART, "import re\nfrom sqlalchemy.orm import Session", 2),
    (slices_are_layered, RULES_PART, "import strawberry", 1),
    (slices_are_layered, "src/riskreg/risks/service_bulk.py", "from strawberry import Some", 1),
    (slices_are_layered, "src/riskreg/risks/service_bulk.py", "from riskreg.risks import graph", 1),
    (no_place_is_named, "uv.lock", "", 1),
    (no_place_is_named, "docs/guide.md", f"one\nsee {SOMEBODYS}/docs", 2),
    (no_place_is_named, "dev", f"cd {SOMEBODYS}/", 1),
    (no_place_is_named, "requirements.lock", f"--index-url {HOST}/simple", 1),
    (no_place_is_named, "requirements.lock", "--find-links wheels", 1),
    (no_place_is_named, "pyproject.toml", f'a = "{HOST}/a.whl"', 1),
    (no_place_is_named, ".ci/run", f"curl {HOST}", 1),
    (no_place_is_named, "frontend/.npmrc", "registry = packages", 1),
    (no_place_is_named, "frontend/package-lock.json", f'{{\n"resolved": "{HOST}/a.tgz"}}', 2),
]

KEPT: list[tuple[Rule, str, str]] = [
    (only_the_database_commits, "src/riskreg/kit/db.py", "await s.commit()"),
    (only_the_database_commits, "tests/kit/test_db.py", "await s.commit()"),
    (only_the_database_commits, SERVICE, "await commit_to(plan)"),
    (
        relationships_stay_at_home,
        MODELS,
        'class Risk: pass\nx: Mapped[list["Risk"] | None] = relationship(lazy="raise")',
    ),
    (modules_and_functions_fit, SERVICE, "x = 1\n" * 400),
    (modules_and_functions_fit, SERVICE, 'def f():\n    """Says."""\n' + "    x = 1\n" * 39),
    (modules_and_functions_fit, "tests/test_x.py", LONG_FUNCTION),
    (modules_and_functions_fit, "frontend/src/graphql-env.d.ts", "x\n" * 401),
    (modules_and_functions_fit, "schema/schema.graphql", "x\n" * 401),
    (names_say_something, "src/riskreg/kit/database.py", ""),
    (names_say_something, "docs/base.md", ""),
    (only_the_clock_knows_the_time, "src/riskreg/kit/clock.py", "datetime.now(UTC)"),
    (only_the_clock_knows_the_time, SERVICE, "at = clock.now()\ntook = time.perf_counter()"),
    (raw_sql_stays_in_kit, "src/riskreg/kit/triggers.py", "from sqlalchemy import text"),
    (raw_sql_stays_in_kit, SERVICE, "from riskreg.kit.lists import text\ntext('x')"),
    (slices_are_layered, RULES_PART, "from riskreg.risks.rules import Band\nimport enum"),
    (slices_are_layered, "src/riskreg/risks/inputs_bulk.py", "import strawberry"),
    (slices_are_layered, "src/riskreg/risks/graph.py", "from riskreg.risks import service_bulk"),
    (slices_are_layered, "src/riskreg/kit/graph.py", "import strawberry"),
    (slices_are_layered, "src/riskreg/reports/compose.py", "import weasyprint"),
    (no_place_is_named, "docs/guide.md", f"[why]({HOST}/why)\nGET /api/work/items"),
    (no_place_is_named, "dev", "http://127.0.0.1:8000"),
    (no_place_is_named, "frontend/package-lock.json", f'"funding": "{HOST}"'),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_tree_keeps(rule: Rule) -> None:
    problems = [f"{file.path}:{line}: {what}" for file in files() for line, what in rule(file)]
    assert problems == []


@pytest.mark.parametrize(("rule", "path", "text", "line"), BROKEN)
def test_rule_finds_what_breaks_it(rule: Rule, path: str, text: str, line: int) -> None:
    assert [at for at, _ in rule(File(path, text))] == [line]


@pytest.mark.parametrize(("rule", "path", "text"), KEPT)
def test_rule_lets_pass_what_keeps_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule(File(path, text))) == []


def test_every_rule_has_been_seen_to_find_something() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


def test_files_are_those_that_are_kept(tmp_path: Path) -> None:
    kept = [".ci/run", ".npmrc", "src/riskreg/app.py"]
    others = [".git", ".venv/a.py", "frontend/node_modules/a.js", "src/riskreg/web/index.html"]
    for path in (*kept, *others):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("text")
    (tmp_path / "picture.png").write_bytes(b"\0")
    assert sorted(file.path for file in files(tmp_path)) == kept
