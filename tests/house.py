"""The rules of the house that no linter knows. Each looks at one file and tells its problems."""

import ast
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

MODULE_LINES = 400
FUNCTION_LINES = 40
MODULES = {".py", ".svelte", ".ts"}
EMPTY_WORDS = {"base", "common", "helper", "helpers", "manager", "managers", "util", "utils"}
TIMES = {
    *("datetime.now", "datetime.today", "datetime.utcnow", "date.today"),
    *("time.time", "time.time_ns"),
}

# The files of a slice, lowest first; `rules_scoring.py` counts as rules.
LAYERS = {
    name: height
    for height, names in enumerate(
        ("rules", "models", "inputs events", "queries", "service", "loaders", "graph")
    )
    for name in names.split()
}
TRANSPORT = frozenset({"starlette", "strawberry", "uvicorn", "weasyprint"})
UNKNOWN_TO = {
    **dict.fromkeys(("models", "events", "queries", "service"), TRANSPORT),
    "rules": TRANSPORT | {"asyncio", "sqlalchemy"},
}

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|home/\w+|Users/\w+)/")
ADDRESS = re.compile(
    r"https?://(?!127\.0\.0\.1|localhost)|^\s*--(?:(?:extra-)?index-url|find-links)|^\s*registry\s*="
)
# The files that say what is fetched; they name it, and never from where.
SETUP = re.compile(r"dev|\.ci/.+|(?:.+/)?(?:\.npmrc|package\.json|[^/]+\.(?:lock|toml|ya?ml))")


@dataclass(frozen=True)
class File:
    """A text file; `path` is relative to the root of the tree."""

    path: str
    text: str

    def under(self, *places: str) -> bool:
        """Whether it lies in one of these folders, or is one of these files."""
        return self.path.startswith(places)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Its lines, counted from 1."""
        yield from enumerate(self.text.splitlines(), 1)

    def nodes(self) -> Iterator[ast.AST]:
        """All of its syntax tree, if it is Python."""
        if self.path.endswith(".py"):
            yield from ast.walk(ast.parse(self.text))


Problems = Iterator[tuple[int, str]]
Rule = Callable[[File], Problems]


def files(root: Path = ROOT) -> Iterator[File]:
    """Every text file of the tree, without what is installed, built or cached."""
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if _is_ours(name))
        for name in sorted({*names} - {".git"}):  # a file where the checkout is a linked worktree
            path = Path(folder, name)
            content = path.read_bytes()
            if b"\0" not in content:
                text = content.decode(errors="replace")
                yield File(path.relative_to(root).as_posix(), text)


def _is_ours(folder: str) -> bool:
    built = folder in {"node_modules", "dist", "build", "web", "__pycache__"}
    return not built and (folder == ".ci" or not folder.startswith("."))


def only_the_database_commits(file: File) -> Problems:
    """One mutation is one transaction, so kit/db.py alone ends it."""
    if not file.under("src/") or file.under("src/riskreg/kit/db.py"):
        return
    for node in file.nodes():
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            yield node.lineno, "only kit/db.py commits"


def relationships_stay_at_home(file: File) -> Problems:
    """A relationship reaches no further than its module, and never loads by itself."""
    if not file.under("src/"):
        return
    here = {node.name for node in file.nodes() if isinstance(node, ast.ClassDef)}
    for node in file.nodes():
        if not isinstance(node, (ast.AnnAssign, ast.Assign)) or not isinstance(
            node.value, ast.Call
        ):
            continue
        call = node.value
        if _last_name(call.func) != "relationship":
            continue
        lazy = [ast.unparse(word.value) for word in call.keywords if word.arg == "lazy"]
        if lazy != ["'raise'"]:
            yield node.lineno, 'a relationship is lazy="raise"'
        if not _targets(node) <= here:
            yield node.lineno, "a relationship stays in its module; link slices by key and loader"


def _targets(node: ast.AnnAssign | ast.Assign) -> set[str]:
    """The classes that a relationship names, in its annotation or as its argument."""
    assert isinstance(node.value, ast.Call)
    places: list[ast.AST] = list(node.value.args[:1])
    if isinstance(node, ast.AnnAssign):
        places.append(node.annotation)
    found = [inner for place in places for inner in ast.walk(place)]
    names = {inner.id for inner in found if isinstance(inner, ast.Name)}
    texts = {
        word
        for inner in found
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        for word in re.findall(r"\w+", inner.value)
    }
    return {name for name in names | texts if name[:1].isupper()} - {"Mapped", "None", "Optional"}


def modules_and_functions_fit(file: File) -> Problems:
    """A module can be read in one sitting, a function on one screen."""
    if not file.under("src/", "tests/", "benchmarks/", "frontend/src/"):
        return
    generated = file.path.endswith(".d.ts")
    if (
        Path(file.path).suffix in MODULES
        and not generated
        and len(file.text.splitlines()) > MODULE_LINES
    ):
        yield MODULE_LINES + 1, f"a module has at most {MODULE_LINES} lines"
    for node in file.nodes():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and file.under("src/"):
            first = node.body[1:] if ast.get_docstring(node) and node.body[1:] else node.body
            documented = first[0].lineno - node.body[0].lineno
            if (node.end_lineno or 0) - node.lineno + 1 - documented > FUNCTION_LINES:
                yield node.lineno, f"a function has at most {FUNCTION_LINES} lines"


def names_say_something(file: File) -> Problems:
    """A file is called by what is in it, never by how miscellaneous it is."""
    if file.under("src/", "tests/", "benchmarks/", "frontend/src/"):
        words = re.findall(r"[A-Z]?[a-z]+", file.path.partition("/")[2])
        for word in sorted(EMPTY_WORDS & {word.lower() for word in words}):
            yield 1, f"`{word}` in a name does not say what is in it"


def only_the_clock_knows_the_time(file: File) -> Problems:
    """Everybody else is told the time, so that the past and the tests are like the present."""
    if not file.under("src/", "migrations/") or file.under("src/riskreg/kit/clock.py"):
        return
    for node in file.nodes():
        read = (
            {f"{_last_name(node.value)}.{node.attr}"} if isinstance(node, ast.Attribute) else set()
        )
        if TIMES & (read | _imported(node)):
            yield _line(node), "only kit/clock.py knows the time"


def raw_sql_stays_in_kit(file: File) -> Problems:
    """SQL as text is seen by no view and translated by no dialect, so kit alone writes it."""
    if not file.under("src/") or file.under("src/riskreg/kit/"):
        return
    for node in file.nodes():
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            raw = any(name.name == "text" for name in node.names)
        elif isinstance(node, ast.Attribute):
            of_sqlalchemy = node.attr == "text" and _last_name(node.value) in {"sa", "sqlalchemy"}
            raw = of_sqlalchemy or node.attr == "exec_driver_sql"
        else:
            continue
        if raw:
            yield node.lineno, "SQL as text belongs into kit or a migration"


def slices_are_layered(file: File) -> Problems:
    """The import contracts again, for the files that a slice has split by subject."""
    place = re.fullmatch(r"src/riskreg/(\w+)/([a-z]+)\w*\.py", file.path)
    if place is None or place[1] == "kit" or place[2] not in LAYERS:
        return
    own, kind = place.groups()
    for node in file.nodes():
        for module in _imported(node):
            first, *rest = module.split(".")
            above = first == "riskreg" and rest[:1] == [own] and rest[1:]
            if above and LAYERS.get(rest[1].split("_")[0], 0) > LAYERS[kind]:
                yield _line(node), f"{kind} may not import {rest[1]}"
            if first in UNKNOWN_TO.get(kind, ()):
                yield _line(node), f"{kind} may not know {first}"


def _imported(node: ast.AST) -> set[str]:
    """The modules that an import may mean: of `from a import b`, `a.b`."""
    if isinstance(node, ast.Import):
        return {name.name for name in node.names}
    if isinstance(node, ast.ImportFrom):
        return {f"{node.module}.{name.name}" for name in node.names}
    return set()


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))


def no_place_is_named(file: File) -> Problems:
    """Nothing that is kept names a folder of one machine, or a host that packages come from."""
    lock_of_npm = file.path.endswith("package-lock.json")
    setup = SETUP.fullmatch(file.path) is not None
    if file.path.endswith("uv.lock"):
        yield 1, "uv.lock names hosts on every line; the lock is requirements.lock"
        return
    for number, line in file.lines():
        if MACHINE_PATH.search(line):
            yield number, "this is a path of one machine"
        if lock_of_npm and '"resolved":' in line:
            yield number, "lock with omit-lockfile-registry-resolved, so that no host is named"
        if setup and ADDRESS.search(line):
            yield number, "what is fetched is named, but never from where"


def _last_name(node: ast.AST) -> str:
    """`datetime` for `datetime` and for `dt.datetime`."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


RULES: tuple[Rule, ...] = (
    modules_and_functions_fit,
    names_say_something,
    no_place_is_named,
    only_the_clock_knows_the_time,
    only_the_database_commits,
    raw_sql_stays_in_kit,
    relationships_stay_at_home,
    slices_are_layered,
)
