"""The questions that the API answers about KRIs and breaches, and what it tells of them."""

import strawberry
from sqlalchemy import ColumnElement, and_, or_

from riskreg.kit.graph_journal import occurrences
from riskreg.kit.lists import Connection
from riskreg.kit.roots import Catalogue, found, listed
from riskreg.kit.view import Alias
from riskreg.risks import filtering_kri as filtering
from riskreg.risks import models_kri
from riskreg.risks.graph_kri import Kri, KriBreach


@strawberry.type
class KrisQuery:
    """What can be asked of what watches the register."""

    kri: Kri | None = found(models_kri.Kri, "One KRI, by id or code.")
    kris: Connection[Kri] = listed(
        Catalogue(
            models_kri.Kri,
            filtering.KRI_FILTERS,
            filtering.KRI_ORDERS,
            filtering.KriFilter,
            filtering.KriOrder,
        ),
        "What is measured to watch risks, retired KRIs included.",
    )
    kri_breaches: Connection[KriBreach] = listed(
        Catalogue(
            models_kri.KriBreach,
            filtering.BREACH_FILTERS,
            filtering.BREACH_ORDERS,
            filtering.KriBreachFilter,
            filtering.KriBreachOrder,
        ),
        "Breaches of KRIs, those that are over and those that were retracted included.",
    )


def _breached(breach: Alias) -> ColumnElement[bool]:
    """Whether the last entry opened a breach that lasts, or made one RED."""
    opened = and_(breach.opened_at == breach.updated_at, breach.closed_at.is_(None))
    return or_(opened, breach.red_at == breach.updated_at)


@strawberry.type
class KrisSubscription:
    """What can be listened to about KRIs."""

    kri_breached = occurrences(
        models_kri.KriBreach,
        "KriBreached",
        "breaches",
        "Breaches as they open, AMBER or RED, and as they turn RED. One that was over when it was "
        "noted, as of a KRI that is set up for days that have passed, is not told.",
        when=_breached,
    )
