"""Kubernetes quantities (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)."""

from __future__ import annotations

_FACTORS = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip


def parse_quantity(text: str | float) -> float:
    """The plain number in `"100m"`, `"2Gi"`, `"1e3"`; raises ValueError on anything else."""
    if isinstance(text, (int, float)):
        return float(text)
    last = text[-1:]
    suffix = "" if last.isdigit() else last if last in _FACTORS else text[-2:] if text[-2:] in _FACTORS else ""
    try:
        return float(text[: len(text) - len(suffix)]) * _FACTORS[suffix]
    except ValueError:
        message = f"not a Kubernetes quantity: {text[:40]!r}"
        raise ValueError(message) from None


def format_cpu(cores: float) -> str:
    """Whole cores as `"4"`, parts as `"3.8"`, below one core as `"100m"`."""
    if 0 < cores < 1:
        return f"{round(cores * 1000)}m"
    return f"{round(cores, 2):g}"


def format_bytes(count: float) -> str:
    """The largest binary unit with at most one decimal: `"14.5Gi"`, `"128Mi"`, `"0"`."""
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        factor = _FACTORS[unit]
        if count >= factor:
            return f"{round(count / factor, 1):g}{unit}"
    return f"{round(count):d}"


def exact_cpu(cores: float) -> str:
    """Without rounding beyond a thousandth of a core: `"4"`, `"3.925"`, below one core `"100m"`."""
    thousandths = round(cores * 1000)
    if 0 < thousandths < 1000:
        return f"{thousandths}m"
    return f"{thousandths / 1000:.3f}".rstrip("0").rstrip(".")


def exact_bytes(count: float) -> str:
    """The largest binary unit that needs at most one decimal without rounding: `"14.5Gi"`, `"16384256Ki"`."""
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        factor = _FACTORS[unit]
        tenths = 10 * count / factor
        if count >= factor and tenths == int(tenths):
            return f"{tenths / 10:.1f}".removesuffix(".0") + unit
    return f"{round(count):d}"
