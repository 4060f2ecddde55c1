"""Reports and the top risks over GraphQL."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from riskreg.reports import service
from riskreg.reports.inputs import CreateReport
from tests.cast import Register
from tests.factories import id_of
from tests.reports.printing import render_all
from tests.reports.story import begin, go_on
from tests.stage import START

CREATE = """
mutation Create($input: CreateReportInput!) {
  createReport(input: $input) {
    report { id code kind status asOf createdAt headline contentHash auditHead revision scope
             rendering renderedAt renderingProblem fileHash
             downloadUrl author { name } comparedWith { code } lint { rule severity message } }
    userErrors { message field code }
  }
}
"""
FILE = ("rendering", "renderedAt", "renderingProblem", "fileHash")
TOP = """
query Top($limit: Int! = 5, $compareTo: ID, $asOf: DateTime) {
  topRisks(limit: $limit, compareTo: $compareTo, asOf: $asOf) {
    rank movement reason was { band } now { band } risk { code }
  }
}
"""


async def created(register: Register, **given: object) -> Any:
    """The payload of a report that the lead makes."""
    return (await register.ask(register.cast.lead, CREATE, input=given))["createReport"]


async def test_a_report_over_graphql(register: Register) -> None:
    await begin(register)
    seq = await register.seq()
    payload = await created(register)
    assert payload["userErrors"] == []
    report = payload["report"]
    assert report["downloadUrl"] == "/reports/RPT-001.pdf"
    assert (report["kind"], report["status"], report["code"]) == (
        "WHERE_WE_STAND",
        "GENERATED",
        "RPT-001",
    )
    assert (report["revision"], report["scope"]) == (seq, "2 projects, 1 market")
    assert (report["author"], report["comparedWith"]) == ({"name": "Lea"}, None)
    assert report["auditHead"].startswith(f"{seq}:")
    assert [(one["rule"], one["severity"]) for one in report["lint"]] == [
        ("RED_WITHOUT_NEXT_STEP", "ERROR"),
        ("NO_COMPARISON", "WARN"),
    ]

    assert [report[name] for name in FILE] == ["RENDERING", None, None, None]
    await render_all(register.db)
    file = await service.file_of(register.db, register.cast.lead, "RPT-001")
    assert file is not None
    assert file.content is not None
    seen = f"query Seen($id: ID!){{ report(id: $id){{ {' '.join(FILE)} version updatedAt }} }}"
    now = (await register.ask(register.cast.auditor, seen, id=report["id"]))["report"]
    digest = hashlib.sha256(file.content).hexdigest()
    assert [now[name] for name in FILE] == ["READY", now["updatedAt"], None, digest]
    assert now["version"] == 2

    both = """query Both($id: ID!) { byId: report(id: $id) { code }
        byCode: report(code: "RPT-001") { id }
        reports(filter: {kind: {eq: WHERE_WE_STAND}}) { totalCount nodes { code contentHash } } }"""
    data = await register.ask(register.cast.auditor, both, id=report["id"])
    assert data["byId"] == {"code": "RPT-001"}
    assert data["byCode"] == {"id": report["id"]}
    assert data["reports"] == {
        "totalCount": 1,
        "nodes": [{"code": "RPT-001", "contentHash": report["contentHash"]}],
    }


async def test_what_moved_the_top_risks(register: Register) -> None:
    story = await begin(register)
    first = await service.create(register.db, register.cast.lead, CreateReport())
    await go_on(story)
    lead, report = register.cast.lead, id_of(first)
    data = await register.ask(lead, TOP, limit=3, compareTo=report)
    assert data["topRisks"] == [
        {
            "rank": 1,
            "movement": "UNCHANGED",
            "reason": None,
            "was": {"band": "CRITICAL"},
            "now": {"band": "CRITICAL"},
            "risk": {"code": "R-001"},
        },
        {
            "rank": 2,
            "movement": "WORSENED",
            "reason": "The calibration gate turned red",
            "was": {"band": "HIGH"},
            "now": {"band": "CRITICAL"},
            "risk": {"code": "R-006"},
        },
        {
            "rank": 3,
            "movement": "UNCHANGED",
            "reason": None,
            "was": {"band": "HIGH"},
            "now": {"band": "HIGH"},
            "risk": {"code": "R-003"},
        },
    ]
    reasons = (await register.ask(lead, TOP, limit=25, compareTo=report))["topRisks"]
    assert {one["risk"]["code"]: (one["movement"], one["reason"]) for one in reasons}["R-007"] == (
        "IMPROVED",
        "M-003 verified effective",
    )
    by_code = await register.ask(lead, TOP, limit=3, compareTo="RPT-001")
    assert by_code == data
    alone = (await register.ask(lead, TOP))["topRisks"]
    assert {(one["movement"], one["was"]) for one in alone} == {("UNCHANGED", None)}
    then = (START + timedelta(days=29)).isoformat()
    past = (await register.ask(lead, TOP, asOf=then, compareTo=report))["topRisks"]
    assert "WORSENED" not in {one["movement"] for one in past}


async def test_top_risks_of_what_one_sees(register: Register) -> None:
    await begin(register)
    first = await service.create(register.db, register.cast.lead, CreateReport())
    cast = register.cast
    assert (await register.ask(cast.rival, TOP))["topRisks"] == []
    seen = (await register.ask(cast.requestor, TOP))["topRisks"]
    assert [one["risk"]["code"] for one in seen] == ["R-001", "R-003", "R-006", "R-002", "R-007"]
    assert await register.refused(cast.requestor, TOP, compareTo=id_of(first)) == ["BAD_USER_INPUT"]
    assert await register.refused(cast.lead, TOP, compareTo="report_nonsense") == ["BAD_USER_INPUT"]
    assert await register.refused(cast.lead, TOP, limit=0) == ["BAD_USER_INPUT"]
    before = (START + timedelta(days=1)).isoformat()
    refused = await register.refused(cast.lead, TOP, compareTo=id_of(first), asOf=before)
    assert refused == ["BAD_USER_INPUT"]


async def test_who_does_not_see_all_sees_no_report(register: Register) -> None:
    await service.create(register.db, register.cast.lead, CreateReport())
    cast = register.cast
    query = '{ report(code: "RPT-001") { code } reports { totalCount nodes { code } } }'
    for actor in (cast.vendor, cast.requestor, cast.service):
        data = await register.ask(actor, query)
        assert data == {"report": None, "reports": {"totalCount": 0, "nodes": []}}
    for actor in (cast.vendor, cast.requestor, cast.service, cast.auditor):
        assert await register.refused(actor, CREATE, input={}) == ["FORBIDDEN"]


async def test_one_key_makes_one_report(register: Register) -> None:
    first = await created(register, idempotencyKey="k1")
    seq = await register.seq()
    again = await created(register, idempotencyKey="k1")
    assert again["report"]["id"] == first["report"]["id"]
    other = await created(
        register, idempotencyKey="k1", asOf=(START - timedelta(seconds=1)).isoformat()
    )
    assert other["report"] is None
    assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    rehearsed = await created(register, idempotencyKey="k1", dryRun=True)
    assert rehearsed == {"report": None, "userErrors": []}
    assert await register.seq() == seq


@pytest.mark.parametrize(
    ("key", "code"), [(" ", "REQUIRED"), ("x" * 201, "TOO_LONG"), ("a\0", "INVALID_TEXT")]
)
async def test_a_bad_key_is_told_before_anything_is_printed(
    register: Register, key: str, code: str
) -> None:
    seq = await register.seq()
    payload = await created(register, idempotencyKey=key)
    assert payload["report"] is None
    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == (code, ["idempotencyKey"])
    assert await register.seq() == seq


async def test_user_errors_name_the_field(register: Register) -> None:
    seq = await register.seq()
    payload = await created(register, asOf=(START + timedelta(days=9)).isoformat())
    assert payload == {
        "report": None,
        "userErrors": [
            {
                "message": "asOf lies in the future: nothing is known of it.",
                "field": ["asOf"],
                "code": "OUT_OF_RANGE",
            }
        ],
    }
    unknown = await created(register, compareTo="report_" + "0" * 32)
    assert unknown["userErrors"][0]["field"] == ["compareTo"]
    assert await register.seq() == seq
