"""A client that knows the service by its `/openapi.json` alone: generated models, and calls by operation id."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
from pydantic import BaseModel

OPTIONS = (
    "--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11",
    "--disable-timestamp", "--use-standard-collections", "--use-union-operator", "--formatters", "builtin",
)  # fmt: skip


class RefusedError(Exception):
    """The service answered with an error, read as its document says."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body.error.code}: {body.error.message}")
        self.status = status
        self.body = body


@dataclass(frozen=True)
class GeneratedClient:
    """Calls operations by their id; bodies and answers are values of the generated models."""

    document: Mapping[str, Any]
    models: ModuleType
    http: httpx2.AsyncClient
    headers: Mapping[str, str]

    async def call(
        self, operation_id: str, *, path: Mapping[str, str], query: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        """The answer, read as the document describes it for its status; raises RefusedError for an error."""
        method, template, operation = self._operation(operation_id)
        content = None
        if body is not None:
            model = self._model(operation["requestBody"]["content"])
            content = (model.model_validate(body) if model else body).model_dump_json(exclude_unset=True)
        answer = await self.http.request(
            method, template.format(**path), params=query, content=content,
            headers={**self.headers, "Content-Type": "application/json"},
        )  # fmt: skip
        model = self._model(operation["responses"][str(answer.status_code)]["content"])
        read = model.model_validate_json(answer.content) if model else answer.json()
        if answer.is_error:
            raise RefusedError(answer.status_code, read)
        return read

    def _operation(self, operation_id: str) -> tuple[str, str, Mapping[str, Any]]:
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                if operation["operationId"] == operation_id:
                    return method.upper(), path, operation
        raise KeyError(operation_id)

    def _model(self, content: Mapping[str, Any]) -> type[BaseModel] | None:
        schema = content["application/json"]["schema"]
        if "$ref" not in schema:
            return None
        model: type[BaseModel] = getattr(self.models, schema["$ref"].rpartition("/")[2])
        assert issubclass(model, BaseModel)
        return model


async def generate(document: Mapping[str, Any], folder: Path) -> ModuleType:
    """The generated models of a document, imported."""
    source, target = folder / "openapi.json", folder / "generated_models.py"
    source.write_text(json.dumps(document))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "datamodel_code_generator", "--input", str(source), "--output", str(target), *OPTIONS,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    spec = importlib.util.spec_from_file_location("generated_models", target)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def plain(value: Any) -> Any:
    """The JSON of an answer, whether or not its route describes it yet."""
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
