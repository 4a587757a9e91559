"""When Pydantic builds its models."""

from __future__ import annotations


def build_models_when_used() -> None:
    """Have every model that is imported from now on built at its first use, a library's too; call at the start.

    It sets Pydantic's `defer_build` where all models inherit it from. FastAPI alone brings thirty models of OpenAPI
    documents, which a service hardly ever makes: all in all 0.2 s of the start.
    """
    from pydantic import BaseModel  # noqa: PLC0415 # slow to import

    BaseModel.model_config["defer_build"] = True
