"""Opens the configured language model: OpenAI-compatible servers, Anthropic, Ollama. Needs the extra `hexaops[llm]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hexaops.errors import HexaopsError

if TYPE_CHECKING:
    from pydantic_ai.models import Model

ProviderName = Literal["openai", "anthropic", "ollama"]
NO_KEY = "none"
"""Servers on one's own machine ask for no key; the client library insists on one."""


class ModelNotInstalledError(HexaopsError):
    """A language model is configured, but the extra `hexaops[llm]` is not installed."""

    code = "MODEL_NOT_INSTALLED"
    status = 503


def open_model(provider: ProviderName, name: str, *, url: str | None, api_key: str | None) -> Model:
    """The model; nothing is asked of it yet. Raises ModelNotInstalledError."""
    try:
        if provider == "anthropic":
            from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415 # an extra
            from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415 # an extra

            return AnthropicModel(name, provider=AnthropicProvider(api_key=api_key or NO_KEY, base_url=url))
        from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415 # an extra
        from pydantic_ai.providers.ollama import OllamaProvider  # noqa: PLC0415 # an extra
        from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415 # an extra
    except ImportError as error:
        message = "A language model is configured, but the extra hexaops[llm] is not installed"
        raise ModelNotInstalledError(message) from error
    if provider == "ollama":
        served = OllamaProvider(base_url=url or "http://127.0.0.1:11434/v1", api_key=api_key)
        return OpenAIChatModel(name, provider=served)
    return OpenAIChatModel(name, provider=OpenAIProvider(base_url=url, api_key=api_key or NO_KEY))
