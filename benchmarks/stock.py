"""The control: the same page as the usual tutorial builds it, on the same tables."""

import datetime
from collections import defaultdict
from typing import Any

import strawberry
from sqlalchemy import Date, ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

QUERY = """{ risks(first: 50) {
  code title category
  owner { name } projects { code name }
  latestAssessment { inherent { likelihood impact band } confidence }
  mitigations(first: 3) { nodes { deltaLikelihood mitigation { code title status dueOn } } }
} }"""


class Base(DeclarativeBase):
    pass


class PersonRow(Base):
    __tablename__ = "people"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    name: Mapped[str]


class ProjectRow(Base):
    __tablename__ = "projects"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    code: Mapped[str]
    name: Mapped[str]


class RiskRow(Base):
    __tablename__ = "risks"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    code: Mapped[str]
    title: Mapped[str]
    category: Mapped[str]
    cause: Mapped[str | None]
    event: Mapped[str | None]
    consequence: Mapped[str | None]
    owner_id: Mapped[str | None]
    review_due_on: Mapped[datetime.date] = mapped_column(Date)


class LinkRow(Base):
    __tablename__ = "risk_projects"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    risk_id: Mapped[str] = mapped_column(ForeignKey("risks.id"))
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))


class AssessmentRow(Base):
    __tablename__ = "risk_assessments"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    seq: Mapped[int]
    risk_id: Mapped[str]
    inherent_likelihood: Mapped[int]
    inherent_impact: Mapped[int]
    inherent_band: Mapped[str]
    confidence: Mapped[str]


class MitigationRow(Base):
    __tablename__ = "mitigations"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    code: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    due_on: Mapped[datetime.date] = mapped_column(Date)


class EffectRow(Base):
    __tablename__ = "risk_mitigations"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    risk_id: Mapped[str]
    mitigation_id: Mapped[str]
    delta_likelihood: Mapped[int]


@strawberry.type
class Person:
    name: str


@strawberry.type
class Project:
    code: str
    name: str


@strawberry.type
class Level:
    likelihood: int
    impact: int
    band: str


@strawberry.type
class Assessment:
    inherent: Level
    confidence: str


@strawberry.type
class Mitigation:
    code: str
    title: str
    status: str
    due_on: datetime.date


@strawberry.type
class Effect:
    delta_likelihood: int
    mitigation: Mitigation


@strawberry.type
class Effects:
    nodes: list[Effect]


Loaders = dict[str, DataLoader[str, Any]]


@strawberry.type
class Risk:
    row: strawberry.Private[RiskRow]

    @strawberry.field
    def code(self) -> str:
        return self.row.code

    @strawberry.field
    def title(self) -> str:
        return self.row.title

    @strawberry.field
    def category(self) -> str:
        return self.row.category

    @strawberry.field
    async def owner(self, info: strawberry.Info) -> Person | None:
        if self.row.owner_id is None:
            return None
        row = await info.context["loaders"]["people"].load(self.row.owner_id)
        return Person(name=row.name)

    @strawberry.field
    async def projects(self, info: strawberry.Info) -> list[Project]:
        rows = await info.context["loaders"]["projects"].load(self.row.id)
        return [Project(code=row.code, name=row.name) for row in rows]

    @strawberry.field
    async def latest_assessment(self, info: strawberry.Info) -> Assessment:
        row = await info.context["loaders"]["assessments"].load(self.row.id)
        level = Level(
            likelihood=row.inherent_likelihood, impact=row.inherent_impact, band=row.inherent_band
        )
        return Assessment(inherent=level, confidence=row.confidence)

    @strawberry.field
    async def mitigations(self, info: strawberry.Info, first: int) -> Effects:
        pairs = await info.context["loaders"]["mitigations"].load(self.row.id)
        nodes = [
            Effect(
                delta_likelihood=effect.delta_likelihood,
                mitigation=Mitigation(
                    code=row.code, title=row.title, status=row.status, due_on=row.due_on
                ),
            )
            for effect, row in pairs[:first]
        ]
        return Effects(nodes=nodes)


class Twin:
    """A schema over entities, with a session and DataLoaders a request."""

    def __init__(self, url: str) -> None:
        self.engine = create_async_engine(url)
        self.sessions = async_sessionmaker(self.engine)
        twin = self

        @strawberry.type
        class Query:
            @strawberry.field
            async def risks(self, first: int) -> list[Risk]:
                async with twin.sessions() as session:
                    by = (RiskRow.review_due_on, RiskRow.id)
                    rows = await session.scalars(select(RiskRow).order_by(*by).limit(first))
                    return [Risk(row=row) for row in rows]

        class App(GraphQL[Any, Any]):
            async def get_context(self, request: Any, response: Any) -> Any:
                return {"loaders": twin.loaders()}

        self.app = App(strawberry.Schema(Query))

    def loaders(self) -> Loaders:
        """One for each link."""
        return {
            "people": DataLoader(self._people),
            "projects": DataLoader(self._projects),
            "assessments": DataLoader(self._assessments),
            "mitigations": DataLoader(self._mitigations),
        }

    async def _people(self, keys: list[str]) -> list[Any]:
        async with self.sessions() as session:
            found = {p.id: p for p in await self._all(session, PersonRow, PersonRow.id, keys)}
        return [found[key] for key in keys]

    async def _projects(self, keys: list[str]) -> list[Any]:
        query = (
            select(LinkRow, ProjectRow)
            .join(ProjectRow, ProjectRow.id == LinkRow.project_id)
            .where(LinkRow.risk_id.in_(keys))
        )
        found: dict[str, list[Any]] = defaultdict(list)
        async with self.sessions() as session:
            for link, project in await session.execute(query):
                found[link.risk_id].append(project)
        return [found[key] for key in keys]

    async def _assessments(self, keys: list[str]) -> list[Any]:
        async with self.sessions() as session:
            rows = await self._all(session, AssessmentRow, AssessmentRow.risk_id, keys)
        found = {row.risk_id: row for row in sorted(rows, key=lambda row: row.seq)}
        return [found[key] for key in keys]

    async def _mitigations(self, keys: list[str]) -> list[Any]:
        query = (
            select(EffectRow, MitigationRow)
            .join(MitigationRow, MitigationRow.id == EffectRow.mitigation_id)
            .where(EffectRow.risk_id.in_(keys))
            .order_by(EffectRow.id)
        )
        found: dict[str, list[Any]] = defaultdict(list)
        async with self.sessions() as session:
            for effect, row in await session.execute(query):
                found[effect.risk_id].append((effect, row))
        return [found[key] for key in keys]

    async def _all(
        self, session: AsyncSession, row: Any, column: Any, keys: list[str]
    ) -> list[Any]:
        return list(await session.scalars(select(row).where(column.in_(keys))))

    async def aclose(self) -> None:
        """Close its connections."""
        await self.engine.dispose()
