"""Files that do not fit the register: each error with its place, and nothing is written."""

import pytest

from riskreg.kit.errors import Forbidden
from riskreg.people.auth import SYSTEM
from riskreg.risks.rules import RejectReason
from riskreg.risks import service_moves
from riskreg.risks.inputs import RejectRisk
from tests.cast import Register
from tests.factories import a_risk, an_assessed_risk, done, id_of
from tests.risks.files import exported, imported, refused

MISSING = "is there, and nothing is written"
BAD_LINES: list[tuple[str, str, list[str]]] = [
    ("title", '""', []),
    ("code,title", "R-003,", ['2: column "title": This must not be empty.']),
    ("code,title", "R-001,", ['2: column "title": This must not be empty.']),
    ("code,category", "R-001,", ['2: column "category": This must not be empty.']),
    (
        "title,projects,owner,markets,vendors,policyAreas,sponsor",
        "A,PRJ-OWN PRJ-X,P-999,xx-XX,NOBODY,HAT,nobody@example.org",
        [
            '2: column "projects": There is no project "PRJ-X".',
            '2: column "policyAreas": There is no policy area "HAT".',
            '2: column "markets": There is no market "xx-XX".',
            '2: column "vendors": There is no vendor "NOBODY".',
            '2: column "owner": There is no person "P-999".',
            '2: column "sponsor": There is no person "nobody@example.org".',
        ],
    ),
    ("code,owner", "R-001,P-999", ['2: column "owner": There is no person "P-999".']),
    (
        "title,identifiedBy,proximityDate",
        "A,P-999,2026-11-15",
        [
            '2: column "identifiedBy": There is no person "P-999".',
            '2: column "proximityDate": 2026-11-15 is in the past.',
        ],
    ),
    (
        "code,proximityDate",
        "R-001,2026-11-15",
        ['2: column "proximityDate": 2026-11-15 is in the past.'],
    ),
    (
        "code,nextReviewDue",
        "R-001,2027-01-01",
        [
            '2: column "nextReviewDue": The review can be brought forward, not put off beyond '
            "2026-11-23."
        ],
    ),
    (
        "title,identifiedAt",
        "A,2026-11-17T00:00:00Z",
        ['2: column "identifiedAt": This is in the future.'],
    ),
    (
        "title,inherentLikelihood,inherentImpact",
        "A,3,4",
        [
            '2: column "event": Say what could happen (the event).',
            '2: column "category": Choose a category.',
            '2: column "projects": Name at least one project or policy area.',
        ],
    ),
    (
        "title,probability",
        "A,0.5",
        [
            '2: column "upliftP10Bps": A quantification needs its probability, its three uplifts '
            "and its duration."
        ],
    ),
    (
        "code,probability,upliftP10Bps,upliftP50Bps,upliftP90Bps,durationDays",
        "R-001,0.5,3,2,1,10",
        ['2: column "upliftP50Bps": The uplifts rise from P10 over P50 to P90.'],
    ),
    ("code,title", "R-002,Other", ["2: The risk is REJECTED: restore it before you change it."]),
]
