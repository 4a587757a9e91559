"""Prometheus from Debian's package, on blocks that its own promtool makes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testenv.harness.debian import program
from testenv.logengines.serving import free_port, running


def find() -> Path | None:
    """The server's program; None where Debian's package cannot be had."""
    return program("prometheus", "prometheus")


@contextmanager
def serving(binary: Path, folder: Path, exposition: str, config: str = "") -> Iterator[str]:
    """The address of a server that holds the lines of an OpenMetrics exposition, and scrapes what its config says."""
    data, lines, settings = folder / "data", folder / "series.txt", folder / "prometheus.yml"
    lines.write_text(f"{exposition}# EOF\n")
    settings.write_text(config)
    if exposition:
        promtool = binary.with_name("promtool")
        subprocess.run(
            [promtool, "tsdb", "create-blocks-from", "openmetrics", lines, data], check=True, capture_output=True
        )
    address = f"127.0.0.1:{free_port()}"
    command = [
        str(binary), f"--config.file={settings}", f"--storage.tsdb.path={data}", f"--web.listen-address={address}",
        "--storage.tsdb.retention.time=100y",
    ]  # fmt: skip
    with running(command, f"http://{address}/-/ready"):
        yield f"http://{address}"
