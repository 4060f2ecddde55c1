"""Targets over the graph: set, listed, filtered, met; and who sees which."""

from typing import Any

import pytest

from riskreg.kit.view import Actor
from tests.cast import Register
from tests.delivery.arranged import a_target, an_sla, every_day, measured
from tests.factories import id_of
from tests.metrics.arranged import a_metric

SET = """mutation($given: SetTargetInput!){ setTarget(input: $given) {
  target { code value amber comparator basis contractual project { code } metric { code }
    vendor { code } validFrom validTo } userErrors { field code message } } }"""
CODES = "query($filter: TargetFilter){ targets(filter: $filter) { totalCount nodes { code } } }"
MET = """{ targets { nodes { code attainment { health counted distance gap
  window { value low high sampleSize periods unit } } } } }"""


async def test_a_target_is_set_and_shown(register: Register) -> None:
    cast = register.cast
    sla = await an_sla(register.db)
    given = {
        "projectId": id_of(cast.project),
        "metricId": id_of(sla),
        "comparator": "AT_LEAST",
        "value": 95,
        "amber": 96,
        "contractual": True,
    }
    answer = (await register.ask(cast.manager, SET, given=given))["setTarget"]
    assert answer["userErrors"] == []
    assert answer["target"] == {
        "code": "TGT-001",
        "value": 95.0,
        "amber": 96.0,
        "comparator": "AT_LEAST",
        "basis": "POINT",
        "contractual": True,
        "project": {"code": "PRJ-OWN"},
        "metric": {"code": "SLA"},
        "vendor": None,
        "validFrom": "2026-11-16",
        "validTo": None,
    }
    again = (await register.ask(cast.manager, SET, given=given))["setTarget"]
    assert again["target"] is None
    assert again["userErrors"] == [
        {
            "field": ["validFrom"],
            "code": "DUPLICATE",
            "message": "TGT-001 is a target of this on the same days; end it first.",
        }
    ]


async def test_targets_are_changed_and_ended(register: Register) -> None:
    cast, db = register.cast, register.db
    target = await a_target(db, cast.project, await an_sla(db))
    changed = await register.ask(
        cast.manager,
        """mutation($id: ID!){ changeTarget(input: {id: $id, expectedVersion: 1, value: 93,
        reason: "new contract"}) { target { version value amber } userErrors { code } } }""",
        id=id_of(target),
    )
    assert changed["changeTarget"] == {
        "target": {"version": 2, "value": 93.0, "amber": 96.0},
        "userErrors": [],
    }
    ended = await register.ask(
        cast.manager,
        """mutation($id: ID!){ endTarget(input: {id: $id, expectedVersion: 2, reason: "over"})
        { target { validTo history { action reason changes { field before after } } }
          userErrors { code } } }""",
        id=id_of(target),
    )
    assert ended["endTarget"]["target"] == {
        "validTo": "2026-11-16",
        "history": [
            {
                "action": "endTarget",
                "reason": "over",
                "changes": [{"field": "valid_to", "before": None, "after": "2026-11-16"}],
            },
            {
                "action": "changeTarget",
                "reason": "new contract",
                "changes": [{"field": "value", "before": "95.0", "after": "93.0"}],
            },
            *ended["endTarget"]["target"]["history"][2:],
        ],
    }


FILTERS: list[tuple[dict[str, Any] | None, list[str]]] = [
    (None, ["TGT-001", "TGT-002", "TGT-003"]),
    ({"project": {"eq": "PRJ-OWN"}}, ["TGT-001", "TGT-002"]),
    ({"metric": {"eq": "GOLD_ACC"}}, ["TGT-003"]),
    ({"vendor": {"eq": "ASTER"}}, ["TGT-002"]),
    ({"vendor": {"isNull": True}, "contractual": False}, ["TGT-003"]),
    ({"inForce": True}, ["TGT-002", "TGT-003"]),
    ({"inForce": False}, ["TGT-001"]),
    ({"or": [{"code": {"eq": "TGT-001"}}, {"not": {"project": {"eq": "PRJ-OWN"}}}]},
     ["TGT-001", "TGT-003"]),
]  # fmt: skip


async def test_targets_are_filtered(register: Register) -> None:
    cast, db = register.cast, register.db
    sla, gold = await an_sla(db), await a_metric(db, "GOLD_ACC")
    day = register.clock.now().date()
    past: dict[str, Any] = {"valid_from": day.replace(month=1), "valid_to": day.replace(month=2)}
    await a_target(db, cast.project, sla, contractual=True, **past)
    await a_target(db, cast.project, sla, vendor=cast.aster)
    await a_target(db, cast.other_project, gold)
    for given, codes in FILTERS:
        found = (await register.ask(cast.lead, CODES, filter=given))["targets"]
        assert [one["code"] for one in found["nodes"]] == codes, given
        assert found["totalCount"] == len(codes)


async def test_an_attainment_shows_its_window(register: Register) -> None:
    cast, db = register.cast, register.db
    await measured(db, cast.project, sla := await an_sla(db), every_day(99, 100))
    await a_target(db, cast.project, sla)
    [found] = (await register.ask(cast.lead, MET))["targets"]["nodes"]
    met = found["attainment"]
    assert met["health"] == "GREEN"
    assert met["counted"] == met["window"]["value"] == pytest.approx(99.0)
    assert met["distance"] == pytest.approx(4.0)
    assert met["gap"] is None
    assert met["window"]["low"] < 99 < met["window"]["high"]
    assert (met["window"]["sampleSize"], met["window"]["periods"], met["window"]["unit"]) == (
        2_800,
        28,
        "%",
    )


async def seen(register: Register, actor: Actor) -> dict[str, Any]:
    """Which targets an actor sees, and how they are met."""
    found = (await register.ask(actor, MET))["targets"]["nodes"]
    return {one["code"]: one["attainment"] and one["attainment"]["health"] for one in found}


async def test_who_sees_which_target_and_its_attainment(register: Register) -> None:
    cast, db = register.cast, register.db
    sla = await an_sla(db)
    await measured(db, cast.project, sla, every_day(99, 100), vendor=cast.aster)
    await a_target(db, cast.project, sla, code="WHOLE")
    await a_target(db, cast.project, sla, vendor=cast.aster, code="ASTERS")
    await a_target(db, cast.other_project, sla, vendor=cast.boreal, code="BOREALS")
    assert await seen(register, cast.auditor) == {
        "ASTERS": "GREEN",
        "BOREALS": "UNKNOWN",
        "WHOLE": "GREEN",
    }
    assert await seen(register, cast.vendor) == {"ASTERS": "GREEN", "WHOLE": None}
    assert await seen(register, cast.rival) == {"BOREALS": "UNKNOWN"}
    assert await seen(register, cast.requestor) == {"ASTERS": "GREEN", "WHOLE": "GREEN"}
    assert await seen(register, cast.service) == {"ASTERS": "GREEN", "WHOLE": "GREEN"}
    assert await seen(register, cast.other_requestor) == {"BOREALS": "UNKNOWN"}
    assert await seen(register, cast.admin) == {}
