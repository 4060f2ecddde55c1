"""The people of the demo: everybody here is made up."""

from __future__ import annotations

from dataclasses import dataclass

from riskreg.people.rules import Authority, Role

HOUSE = "clipline.example"


@dataclass(frozen=True)
class Member:
    """Somebody of the demo; `key` is what the story calls them, and the start of their address."""

    key: str
    name: str
    role: Role
    team: str | None = None
    vendor: str | None = None
    authority: Authority | None = None
    timezone: str = "Asia/Singapore"

    @property
    def email(self) -> str:
        """The address, in a domain that can belong to nobody."""
        house = HOUSE if self.vendor is None else f"{self.vendor.lower()}.example"
        return f"{self.key}@{house}"


LEADS, PMS, POLICY = "Programme leads", "AI project management", "Policy"
QUALITY, WORKFORCE, METRICS = "Quality and guidelines", "Vendors and workforce", "Metrics"

ADMIN = Member("ravi", "Ravi Menon", Role.ADMIN)

OFFICE = (
    Member("wanjiru", "Wanjiru Kamau", Role.PM_LEAD, LEADS),
    Member("linh", "Linh Tran", Role.PM, PMS, timezone="Asia/Ho_Chi_Minh"),
    Member("rafael", "Rafael Moura", Role.PM, PMS, timezone="America/Sao_Paulo"),
    Member("youssef", "Youssef Idrissi", Role.PM, PMS, timezone="Africa/Casablanca"),
    Member("hana", "Hana Kobayashi", Role.PM, PMS, timezone="Asia/Tokyo"),
    Member("amira", "Amira Haddad", Role.POLICY, POLICY),
    Member("tomas", "Tomás Quiroga", Role.POLICY, POLICY, timezone="America/Bogota"),
    Member("freja", "Freja Lindqvist", Role.POLICY, POLICY, timezone="Europe/Dublin"),
    Member("seun", "Oluwaseun Adeyemi", Role.QA, QUALITY),
    Member("kenji", "Kenji Morimoto", Role.GUIDELINE, QUALITY, timezone="Asia/Tokyo"),
    Member("lucia", "Lucía Ferrer", Role.PM, WORKFORCE),
    Member("nadia", "Nadia Petrova", Role.WFM, WORKFORCE),
    Member("anil", "Anil Deshpande", Role.ANALYST, METRICS, timezone="Asia/Kolkata"),
    Member("sara", "Sara Lindgren", Role.REQUESTOR),
    Member("marcus", "Marcus Oyelaran", Role.EXEC, LEADS),
    Member("catherine", "Catherine Delacroix", Role.EXEC, LEADS, authority=Authority.A4),
    Member("piotr", "Piotr Zieliński", Role.AUDITOR, timezone="Europe/Warsaw"),
    Member("gustavo", "Gustavo Peña Ríos", Role.PM, WORKFORCE, timezone="America/Bogota"),
    Member("eilidh", "Eilidh MacRae", Role.PM, PMS, timezone="Europe/Dublin"),
    Member("labelling-platform", "Labelling platform", Role.SERVICE),
)
"""The organisation's own; Gustavo and Eilidh leave in the course of the story."""

CONTACTS = (
    Member("maricel", "Maricel Dizon", Role.VENDOR, vendor="ASTER", timezone="Asia/Manila"),
    Member(
        "katarzyna", "Katarzyna Wrona", Role.VENDOR, vendor="BOREALIS", timezone="Europe/Warsaw"
    ),
    Member(
        "andres", "Andrés Buitrago", Role.VENDOR, vendor="CORDILLERA", timezone="America/Bogota"
    ),
    Member("salma", "Salma Benjelloun", Role.VENDOR, vendor="DUNE", timezone="Africa/Casablanca"),
    Member("weijie", "Tan Wei Jie", Role.VENDOR, vendor="EVERGREEN", timezone="Asia/Kuala_Lumpur"),
    Member("siobhan", "Siobhán Keane", Role.VENDOR, vendor="INHOUSE", timezone="Europe/Dublin"),
)
"""One contact of each vendor."""

TEAMS = {
    LEADS: "catherine",
    PMS: "wanjiru",
    POLICY: "amira",
    QUALITY: "seun",
    WORKFORCE: "lucia",
    METRICS: "anil",
}
"""Each team and who leads it."""
