"""Indexes of the past tell which versions an instant sees

Revision: 0002, after 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXED: dict[str, tuple[tuple[str, ...], ...]] = {
    "allocations_history": (("pool_id", "id"), ("project_id", "pool_id")),
    "api_tokens_history": (("digest", "id"), ("person_id", "id")),
    "category_appetites_history": (("category", "valid_from"),),
    "delegations_history": (("from_id", "id"),),
    "markets_history": (("code", "id"),),
    "mitigations_history": (
        ("code", "id"),
        ("due_on", "id"),
        ("implemented_at", "id"),
        ("number", "id"),
        ("owner_id", "id"),
        ("status", "id"),
    ),
    "people_history": (
        ("code", "id"),
        ("email", "id"),
        ("name_fold", "id"),
        ("team_id", "id"),
        ("vendor_id", "id"),
    ),
    "policy_areas_history": (("code", "id"), ("manager_id", "id"), ("parent_id", "id")),
    "project_markets_history": (("market_id", "id"), ("project_id", "market_id")),
    "project_policy_areas_history": (("policy_area_id", "id"), ("project_id", "policy_area_id")),
    "project_requestors_history": (("person_id", "id"), ("project_id", "person_id")),
    "projects_history": (("code", "id"), ("manager_id", "id"), ("name_fold", "id")),
    "reports_history": (
        ("as_of", "id"),
        ("code", "id"),
        ("kind", "id"),
        ("number", "id"),
        ("status", "id"),
    ),
    "risk_acceptances_history": (
        ("code", "id"),
        ("expires_on", "id"),
        ("risk_id", "id"),
        ("until", "id"),
    ),
    "risk_markets_history": (("market_id", "id"), ("risk_id", "market_id")),
    "risk_mitigations_history": (("mitigation_id", "id"), ("risk_id", "mitigation_id")),
    "risk_policy_areas_history": (("policy_area_id", "id"), ("risk_id", "policy_area_id")),
    "risk_projects_history": (("project_id", "id"), ("risk_id", "project_id")),
    "risk_relations_history": (("from_id", "to_id", "kind"), ("to_id", "id")),
    "risk_vendors_history": (("risk_id", "vendor_id"), ("vendor_id", "id")),
    "risks_history": (
        ("category", "id"),
        ("code", "id"),
        ("created_at", "id"),
        ("inherent_rank", "id"),
        ("number", "id"),
        ("out_from", "id"),
        ("owner_id", "id"),
        ("recorded_status", "id"),
        ("review_due_on", "id"),
        ("title_fold", "id"),
        ("updated_at", "id"),
    ),
    "role_grants_history": (("person_id", "role"),),
    "scoring_matrices_history": (("valid_from", "id"),),
    "sites_history": (("code", "id"), ("vendor_id", "id")),
    "teams_history": (("name", "id"),),
    "vendor_markets_history": (("market_id", "id"), ("vendor_id", "market_id")),
    "vendors_history": (("code", "id"),),
    "workforce_pools_history": (("code", "id"), ("vendor_id", "id")),
}
"""The columns of each index of each history, as they were."""
SPAN = ("from_seq", "to_seq")


def upgrade() -> None:
    for table, indexes in INDEXED.items():
        for columns in indexes:
            name = f"ix_{table}_{'_'.join(columns)}"
            op.drop_index(name, table)
            op.create_index(name, table, [*columns, *SPAN])
        op.create_index(f"ix_{table}_versions", table, ["id", *SPAN])
        op.create_index(f"ix_{table}_to_seq", table, ["to_seq", "from_seq"])


def downgrade() -> None:
    for table, indexes in INDEXED.items():
        op.drop_index(f"ix_{table}_to_seq", table)
        op.drop_index(f"ix_{table}_versions", table)
        for columns in indexes:
            name = f"ix_{table}_{'_'.join(columns)}"
            op.drop_index(name, table)
            op.create_index(name, table, list(columns))
