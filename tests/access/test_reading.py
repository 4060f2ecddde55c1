"""S1, reading: every root field, asked by every role, for what is own, foreign and nobody's.

A root field without an entry here fails the build: whoever adds one says who may see what by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType

from riskreg.graph import schema
from riskreg.kit.view import Actor
from riskreg.people.rules import Role
from tests.access.world import NONE, OWN, WHOSE, Three, World, a_world, actors
from tests.cast import Register

ALL = frozenset(WHOSE)
SHUT = "FORBIDDEN"
Seen = frozenset[str] | str
Answer = dict[str, Any]
NARROW = (Role.VENDOR, Role.REQUESTOR, Role.SERVICE, Role.ADMIN)


@dataclass(frozen=True)
class Row:
    """What the narrow roles see; all others see everything, unless `wide` says otherwise."""

    vendor: Seen
    requestor: Seen
    service: Seen
    admin: Seen
    wide: Seen = ALL

    def of(self, role: Role) -> Seen:
        """What a role sees."""
        narrow = {
            Role.VENDOR: self.vendor,
            Role.REQUESTOR: self.requestor,
            Role.SERVICE: self.service,
            Role.ADMIN: self.admin,
        }
        return narrow.get(role, self.wide)


def _only(*whose: str) -> frozenset[str]:
    return frozenset(whose)


NOTHING = _only()
OWN_ROWS = Row(_only(OWN), _only(OWN), _only(OWN), NOTHING)
EVERYBODY = Row(ALL, ALL, ALL, ALL)
WIDE_ONLY = Row(NOTHING, NOTHING, NOTHING, NOTHING)
VENDORS = Row(_only(OWN), NOTHING, _only(OWN), ALL)
PLACES = Row(_only(OWN), NOTHING, _only(OWN), NOTHING)
PEOPLE = Row(_only(OWN, NONE), _only(NONE), _only(NONE), ALL)
TEAMS = Row(NOTHING, NOTHING, NOTHING, ALL)
TOKENS = Row(SHUT, SHUT, SHUT, ALL, wide=SHUT)

EXPECTED = {
    "acceptances": OWN_ROWS,
    "alerts": OWN_ROWS,
    "apiTokens": TOKENS,
    "approvals": WIDE_ONLY,
    "changesSince": OWN_ROWS,
    "heatMap": OWN_ROWS,
    "hygiene": OWN_ROWS,
    "impactEvaluation": OWN_ROWS,
    "impactEvaluations": OWN_ROWS,
    "kri": OWN_ROWS,
    "kriBreaches": OWN_ROWS,
    "kris": OWN_ROWS,
    "journal": OWN_ROWS,
    "market": EVERYBODY,
    "markets": EVERYBODY,
    "mde": OWN_ROWS,
    "me": EVERYBODY,
    "metric": EVERYBODY,
    "metricAnnotations": OWN_ROWS,
    "metricComparison": OWN_ROWS,
    "metricSeries": OWN_ROWS,
    "metricWindow": OWN_ROWS,
    "metrics": EVERYBODY,
    "mitigation": OWN_ROWS,
    "mitigations": OWN_ROWS,
    "myWork": EVERYBODY,
    "node": OWN_ROWS,
    "nodes": OWN_ROWS,
    "people": PEOPLE,
    "person": PEOPLE,
    "policyArea": EVERYBODY,
    "policyAreas": EVERYBODY,
    "project": OWN_ROWS,
    "projects": OWN_ROWS,
    "report": WIDE_ONLY,
    "reports": WIDE_ONLY,
    "sampleSize": OWN_ROWS,
    "series": OWN_ROWS,
    "risk": OWN_ROWS,
    "risks": OWN_ROWS,
    "similarRisks": OWN_ROWS,
    "sites": Row(_only(OWN), NOTHING, NOTHING, NOTHING),  # no listed project works at one
    "target": OWN_ROWS,
    "targets": OWN_ROWS,
    "teams": TEAMS,
    "topRisks": OWN_ROWS,
    "vendor": VENDORS,
    "vendors": VENDORS,
    "workforcePool": PLACES,
    "workforcePools": PLACES,
}
"""Who sees what by each root field (model.md 4.7, "read all / history", and BR 13)."""


OF_ONESELF = {"me", "myWork"}
"""What tells everybody of themselves, and has tests of its own."""


@dataclass(frozen=True)
class Probe:
    """A selection with places for `asOf`, and how the words seen are read from its answer."""

    selection: str
    known: Three
    read: Callable[[Answer], set[str]]

    def seen(self, data: Answer) -> frozenset[str]:
        """Whose rows the answer shows."""
        words = self.read(data)
        assert words <= set(self.known.values())
        return frozenset(whose for whose, word in self.known.items() if word in words)


def one(field: str, known: Three, argument: str = "code", shown: str = "code") -> Probe:
    """Each row looked up by itself."""
    asked = [
        f'{field}_{whose}: {field}({argument}: "{word}"%s) {{ {shown} }}'
        for whose, word in known.items()
    ]

    def read(data: Answer) -> set[str]:
        return {word for whose, word in known.items() if data[f"{field}_{whose}"] is not None}

    return Probe(" ".join(asked), known, read)


def many(field: str, known: Three, shown: str = "code", *, filtered: str = "") -> Probe:
    """A list, which counts no more rows than it shows."""

    def read(data: Answer) -> set[str]:
        nodes = data[field]["nodes"]
        assert data[field]["totalCount"] == len(nodes)
        return {node[shown] for node in nodes}

    given = f"(first: 100{filtered}%s)"
    return Probe(f"{field}{given} {{ totalCount nodes {{ {shown} }} }}", known, read)


def _opened(risks: Three) -> Probe:
    """All risks are newer than the first entry."""
    shown = "opened(first: 100) { nodes { risk { code } } }"

    def read(data: Answer) -> set[str]:
        return {one["risk"]["code"] for one in data["changesSince"]["opened"]["nodes"]}

    return Probe(f"changesSince(seq: 1%s) {{ {shown} }}", risks, read)


def _heat_map(risks: Three) -> Probe:
    asked = [
        f'heatMap_{whose}: heatMap(filter: {{code: {{eq: "{word}"}}}}%s) {{ total }}'
        for whose, word in risks.items()
    ]

    def read(data: Answer) -> set[str]:
        return {word for whose, word in risks.items() if data[f"heatMap_{whose}"]["total"]}

    return Probe(" ".join(asked), risks, read)


def _hygiene(risks: Three) -> Probe:
    def read(data: Answer) -> set[str]:
        checks = data["hygiene"]["checks"]
        assert all(check["count"] == len(check["risks"]) for check in checks)
        return {risk["code"] for check in checks for risk in check["risks"]}

    return Probe("hygiene(asOf: $t) { checks { count risks { code } } }", risks, read)


def _journal(risks: Three) -> Probe:
    def read(data: Answer) -> set[str]:
        wrote = [one for entry in data["journal"]["nodes"] for one in entry["objects"]]
        return {one["code"] for one in wrote if one["type"] == "Risk"}

    return Probe("journal(first: 500) { nodes { objects { type code } } }", risks, read)


def _listed_risks(field: str, given: str, risks: Three) -> Probe:
    def read(data: Answer) -> set[str]:
        return {row["risk"]["code"] for row in data[field]}

    return Probe(f"{field}({given}) {{ risk {{ code }} }}", risks, read)


def _nodes(ids: Three, codes: Three) -> Probe:
    listed = ", ".join(f'"{key}"' for key in ids.values())

    def read(data: Answer) -> set[str]:
        return {row["code"] for row in data["nodes"] if row}

    return Probe(f"nodes(ids: [{listed}]%s) {{ ... on Risk {{ code }} }}", codes, read)


_WEEK = '{from: "2026-11-09", to: "2026-11-15"}'


def _of_metric(name: str) -> str:
    return f', filter: {{{name}: {{eq: "GOLD_ACC"}}}}'


def _alerts(series: Three) -> Probe:
    def read(data: Answer) -> set[str]:
        return {one["series"]["code"] for one in data["alerts"]}

    return Probe('alerts(from: "2026-11-01"%s) { series { code } }', series, read)


def _reckoned(field: str, given: str, series: Three) -> Probe:
    """What a sample of a series can show: null where it is not seen."""
    asked = [
        f'{field}_{whose}: {field}(of: {{series: "{word}"}}, {given}) {{ days }}'
        for whose, word in series.items()
    ]

    def read(data: Answer) -> set[str]:
        return {word for whose, word in series.items() if data[f"{field}_{whose}"]}

    return Probe(" ".join(asked), series, read)


def _windows(field: str, given: str, inner: str, projects: Three) -> Probe:
    """What all series of a project said together: a number where they are seen."""
    asked = [
        f'{field}_{whose}: {field}({given}, scope: {{project: "{word}"}}%s) {inner}'
        for whose, word in projects.items()
    ]

    def read(data: Answer) -> set[str]:
        found = {whose: data[f"{field}_{whose}"] for whose in projects}
        return {
            word
            for whose, word in projects.items()
            if (found[whose].get("before") or found[whose])["seriesCount"]
        }

    return Probe(" ".join(asked), projects, read)


def probes(world: World) -> dict[str, Probe]:
    """How each root field is asked about the three."""
    words, ids = world.words, world.ids
    risks = words["risk"]
    return {
        "acceptances": many("acceptances", words["acceptance"]),
        "alerts": _alerts(words["series"]),
        "apiTokens": many("apiTokens", words["token"], "name"),
        "approvals": many("approvals", risks, "subject"),
        "changesSince": _opened(risks),
        "heatMap": _heat_map(risks),
        "hygiene": _hygiene(risks),
        "impactEvaluation": one("impactEvaluation", words["evaluation"]),
        "impactEvaluations": many("impactEvaluations", words["evaluation"]),
        "kri": one("kri", words["kri"]),
        "kriBreaches": many("kriBreaches", words["breach"], "evidence"),
        "kris": many("kris", words["kri"]),
        "journal": _journal(risks),
        "market": one("market", words["market"]),
        "markets": many("markets", words["market"]),
        "mde": _reckoned("mde", "days: 7", words["series"]),
        "metric": one("metric", words["metric"]),
        "metricAnnotations": many("metricAnnotations", words["note"], "text"),
        "metricComparison": _windows(
            "metricComparison",
            f'metric: "{words["metric"]["own"]}", before: {_WEEK}, after: {_WEEK}',
            "{ before { seriesCount } }",
            words["project"],
        ),
        "metricSeries": many("metricSeries", words["series"], filtered=_of_metric("metric")),
        "metricWindow": _windows(
            "metricWindow",
            f'metric: "{words["metric"]["own"]}", days: 7',
            "{ seriesCount }",
            words["project"],
        ),
        "metrics": many("metrics", words["metric"], filtered=_of_metric("code")),
        "mitigation": one("mitigation", words["mitigation"]),
        "mitigations": many("mitigations", words["mitigation"]),
        "node": one("node", ids["risk"], "id", "id"),
        "nodes": _nodes(ids["risk"], risks),
        "people": many("people", words["person"], "name", filtered=_people(words["person"])),
        "person": one("person", ids["person"], "id", "id"),
        "policyArea": one("policyArea", words["area"]),
        "policyAreas": many("policyAreas", words["area"]),
        "project": one("project", words["project"]),
        "projects": many("projects", words["project"]),
        "report": one("report", words["report"]),
        "reports": many("reports", words["report"]),
        "risk": one("risk", risks),
        "risks": many("risks", risks),
        "sampleSize": _reckoned("sampleSize", "effect: 1, days: 7", words["series"]),
        "series": one("series", words["series"]),
        "similarRisks": _listed_risks("similarRisks", 'title: "Various slips", limit: 10', risks),
        "sites": many("sites", words["site"]),
        "target": one("target", words["target"]),
        "targets": many("targets", words["target"]),
        "teams": many("teams", words["team"], "name"),
        "topRisks": _listed_risks("topRisks", "limit: 25%s", risks),
        "vendor": one("vendor", words["vendor"]),
        "vendors": many("vendors", words["vendor"]),
        "workforcePool": one("workforcePool", words["pool"]),
        "workforcePools": many("workforcePools", words["pool"]),
    }


def _people(names: Three) -> str:
    listed = ", ".join(f'"{name}"' for name in names.values())
    return f", filter: {{name: {{in: [{listed}]}}}}"


def test_every_root_field_has_its_row() -> None:
    query = schema._schema.query_type
    assert isinstance(query, GraphQLObjectType)
    assert set(EXPECTED) == set(query.fields)


async def asked_by(
    register: Register, actor: Actor, asked: list[Probe], as_of: str | None
) -> tuple[Answer | None, list[object]]:
    """The answer to some probes in one document, and the codes of its errors."""
    selections = " ".join(probe.selection.replace("%s", ", asOf: $t") for probe in asked)
    document = f"query ($t: DateTime) {{ {selections} }}"
    answer, _ = await register.execute(actor, document, {"t": as_of})
    codes = [getattr(error.original_error, "code", error) for error in answer.errors or ()]
    return answer.data, codes


async def test_every_role_sees_its_rows_and_no_others(register: Register) -> None:
    world = await a_world(register)
    register.clock.advance(hours=1)
    every = probes(world)
    assert {*every, *OF_ONESELF} == set(EXPECTED)
    wrong: list[object] = []
    for role, actor in actors(register.cast).items():
        expected = {field: EXPECTED[field].of(role) for field in every}
        shut = [probe for field, probe in every.items() if expected[field] == SHUT]
        for probe in shut:
            assert await asked_by(register, actor, [probe], None) == (None, [SHUT])
        open_ = {field: probe for field, probe in every.items() if probe not in shut}
        times = (None, register.db.now().isoformat()) if role in NARROW else (None,)
        for at in times:
            data, codes = await asked_by(register, actor, list(open_.values()), at)
            assert codes == []
            assert data is not None
            for field, probe in open_.items():
                found, there = probe.seen(data), frozenset(expected[field]) & set(probe.known)
                if found != there:
                    wrong.append((role.value, field, at, sorted(found), sorted(there)))
    assert wrong == []


async def test_everybody_is_told_who_they_are(register: Register) -> None:
    for role, actor in actors(register.cast).items():
        data = await register.ask(actor, "{ me { name roles person { name } } }")
        person = {"name": actor.name}
        assert data["me"] == {"name": actor.name, "roles": [role.value], "person": person}
