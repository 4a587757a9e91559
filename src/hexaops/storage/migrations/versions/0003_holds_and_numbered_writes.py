"""Plans of several writes: operations hold several targets, writes are numbered, steps say what they wait for.

Operations of before, running ones too, are rewritten to the new form; plans that nobody confirmed yet are dropped.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operation_holds",
        sa.Column("resource", sa.String(length=640), nullable=False),
        sa.Column("operation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operations.id"],
            name=op.f("fk_operation_holds_operation_id_operations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resource", name=op.f("pk_operation_holds")),
    )
    with op.batch_alter_table("operation_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operation_holds_operation_id"), ["operation_id"], unique=False)

    with op.batch_alter_table("operation_steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("progress", sa.String(length=1024), nullable=True))

    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("uq_operations_active_resource"),
            sqlite_where=sa.text("status IN ('queued', 'running', 'cancelling', 'undoing')"),
        )

    with op.batch_alter_table("write_intents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seq", sa.Integer(), nullable=False, server_default="0"))
        batch_op.drop_constraint(batch_op.f("uq_write_intents_operation_id_purpose"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_write_intents_operation_id_seq_purpose"), ["operation_id", "seq", "purpose"]
        )

    _rewrite(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("write_intents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_write_intents_operation_id_seq_purpose"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_write_intents_operation_id_purpose"), ["operation_id", "purpose"]
        )
        batch_op.drop_column("seq")

    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("uq_operations_active_resource"),
            ["resource"],
            unique=1,
            sqlite_where=sa.text("status IN ('queued', 'running', 'cancelling', 'undoing')"),
        )

    with op.batch_alter_table("operation_steps", schema=None) as batch_op:
        batch_op.drop_column("progress")

    with op.batch_alter_table("operation_holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_operation_holds_operation_id"))

    op.drop_table("operation_holds")


def _rewrite(connection: sa.Connection) -> None:
    rows = connection.execute(
        sa.text("SELECT id, cluster_id, resource, resource_id, status, plan, prior FROM operations")
    ).all()
    for row in rows:
        plan, prior = (value if isinstance(value, dict) else json.loads(value) for value in (row.plan, row.prior))
        if "draft" not in plan:
            continue
        made = {"drafts": [_draft(plan, row.resource_id)], "kubernetes_user": plan.get("kubernetes_user")}
        connection.execute(
            sa.text("UPDATE operations SET plan = :plan, prior = :prior WHERE id = :id"),
            {"id": row.id, "plan": json.dumps(made), "prior": json.dumps({"parts": [prior]})},
        )
        if row.status in {"queued", "running", "cancelling", "undoing"}:
            connection.execute(
                sa.text("INSERT INTO operation_holds (resource, operation_id) VALUES (:resource, :id)"),
                {"resource": row.resource, "id": row.id},
            )
    connection.execute(sa.text("DELETE FROM plans WHERE operation_id IS NULL"))


def _draft(plan: dict[str, Any], resource_id: str) -> dict[str, Any]:
    old, target = plan["draft"], plan["target"]
    kept = ("action", "description", "parameters", "risk", "ready_pods_down", "pods_touched", "warnings")
    before, after = old["replicas_before"], old["replicas_after"]
    write = {"target": target, "call": _call(old["call"]), "undo": _call(old["undo"]), "changes": old["changes"]}
    return {
        **{key: old[key] for key in kept if key in old},
        "subject": {"id": resource_id, **{key: target[key] for key in ("kind", "namespace", "name")}},
        "target": target,
        "writes": [write],
        "replicas": {"before": before, "after": after} if old["call"].get("subresource") else None,
        "prior": {"uid": target["uid"], "replicas": before},
    }


def _call(old: dict[str, Any]) -> dict[str, Any]:
    return {"verb": "scale" if old.get("subresource") == "scale" else "patch", "body": old["body"]}
