"""What applications sound like in their logs: one voice for each kind of program.

Formats are the programs' own (nginx, PostgreSQL, Redis, RabbitMQ…), JSON or logfmt where that is the custom. A voice
that needs another application complains while that one is in trouble, and is silent about it otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

_BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
)
_PAGES = ("/", "/products", "/products/{}", "/cart", "/search?q=shoes", "/static/app.css", "/static/app.js", "/account")
_CALLS = (
    ("GET", "/v1/products"), ("GET", "/v1/products/{}"), ("GET", "/v1/orders/{}"), ("POST", "/v1/orders"),
    ("GET", "/v1/customers/{}"), ("PUT", "/v1/cart/{}"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is written, by whom, with which dice, and in what state.

    Troubled: something that it needs fails. Doomed: it fails itself soon after its start.
    """

    at: datetime
    dice: Random
    pod: str
    app: str
    troubled: bool = False
    doomed: bool = False


def _silent(_: Moment) -> list[str]:
    return []


def _stop_with_error(moment: Moment, _: str) -> list[str]:
    return [_json(moment, "error", f"{moment.app} cannot continue: unrecoverable error during startup", exit_code=1)]


@dataclass(frozen=True, slots=True)
class Voice:
    """How often and what a program writes: in its work, at its start, and before it fails."""

    every_seconds: float
    say: Callable[[Moment], list[str]]
    begin: Callable[[Moment], list[str]] = _silent
    fail: Callable[[Moment, str], list[str]] = _stop_with_error
    needs: tuple[str, ...] = ()


def find_voice(name: str | None, image: str) -> Voice:
    """The voice of a name, else of a program by its image, else a plain one."""
    if name in VOICES:
        return VOICES[name]
    program = image.rsplit("/", 1)[-1].split(":", 1)[0]
    return VOICES.get(_BY_IMAGE.get(program, "plain"), VOICES["plain"])


def _json(moment: Moment, level: str, message: str, **fields: object) -> str:
    stamp = moment.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"timestamp": stamp, "level": level, "message": message, "component": moment.app, **fields})


def _trace(moment: Moment) -> str:
    return f"trace-{moment.dice.randrange(16**12):012x}"


def _latency_ms(moment: Moment, typical: float) -> int:
    """Log-normal, as response times are."""
    return max(1, round(typical * moment.dice.lognormvariate(0, 0.55)))


def _nginx(moment: Moment) -> list[str]:
    lines = []
    for _ in range(moment.dice.choice((1, 1, 2))):
        page = moment.dice.choice(_PAGES).format(moment.dice.randrange(1, 900))
        status = moment.dice.choices((200, 304, 404, 502), (960, 30, 8, 6 if moment.troubled else 1))[0]
        seconds = _latency_ms(moment, 38) / 1000
        address = f"203.0.113.{moment.dice.randrange(1, 255)}"
        stamp = moment.at.strftime("%d/%b/%Y:%H:%M:%S +0000")
        size, agent = moment.dice.randrange(400, 48_000), moment.dice.choice(_BROWSERS)
        if status == 502:
            lines.append(
                f"{moment.at:%Y/%m/%d %H:%M:%S} [error] 29#29: *{moment.dice.randrange(10**5)} upstream prematurely "
                f"closed connection while reading response header from upstream, client: {address}, server: _, "
                f'request: "GET {page} HTTP/1.1", upstream: "http://api-service:80{page}"'
            )
        lines.append(f'{address} - - [{stamp}] "GET {page} HTTP/1.1" {status} {size} "-" "{agent}" rt={seconds:.3f}')
    return lines


def _nginx_begin(moment: Moment) -> list[str]:
    stamp = f"{moment.at:%Y/%m/%d %H:%M:%S}"
    return [
        "/docker-entrypoint.sh: Configuration complete; ready for start up",
        f'{stamp} [notice] 1#1: using the "epoll" event method',
        f"{stamp} [notice] 1#1: nginx/1.21.6",
        f"{stamp} [notice] 1#1: start worker processes",
    ]


def _api(moment: Moment) -> list[str]:
    trace = _trace(moment)
    if moment.troubled and moment.dice.random() < 0.16:
        retries = moment.dice.randrange(1, 4)
        if moment.dice.random() < 0.6:
            fields = {"duration_ms": 30000, "retry_count": retries, "error_code": "connection_timeout"}
            return [_json(moment, "error", "Database connection timeout after 30s", trace_id=trace, **fields)]
        host = "database-app.data.svc.cluster.local:5432"
        fields = {"retry_count": retries, "error_code": "connection_refused", "upstream": host}
        return [_json(moment, "warning", f"Database connection refused by {host}, retrying", trace_id=trace, **fields)]
    method, path = moment.dice.choice(_CALLS)
    path = path.format(moment.dice.randrange(1, 5000))
    status = moment.dice.choices((200, 201, 404, 500), (940, 45, 12, 2))[0]
    level = "error" if status == 500 else "info"
    fields = {"method": method, "path": path, "status": status, "duration_ms": _latency_ms(moment, 95)}
    return [_json(moment, level, f"{method} {path} {status}", trace_id=trace, **fields)]


def _api_begin(moment: Moment) -> list[str]:
    return [
        _json(moment, "info", "configuration loaded", profile="production"),
        _json(moment, "info", "connection pool opened", database="database-app.data.svc:5432", size=20),
        _json(moment, "info", "listening", port=8080),
    ]


def _worker(moment: Moment) -> list[str]:
    stamp = moment.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    job = f"{moment.dice.choice(('resize-image', 'send-receipt', 'sync-stock', 'export-orders'))}"
    number, took = moment.dice.randrange(10**6), _latency_ms(moment, 640)
    if moment.dice.random() < 0.01:
        return [f'time={stamp} level=warn msg="job retried" job={job} id={number} attempt=2 error="deadline exceeded"']
    return [f'time={stamp} level=info msg="job done" job={job} id={number} duration_ms={took}']


def _worker_begin(moment: Moment) -> list[str]:
    stamp = moment.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return [f'time={stamp} level=info msg="worker started" queue=default concurrency=4']


def _idle(moment: Moment) -> list[str]:
    return [_json(moment, "info", "queue polled, nothing to do", queue="reports", waited_ms=moment.dice.randrange(900))]


def _payments(moment: Moment) -> list[str]:
    state = moment.dice.choices(("authorised", "captured", "declined"), (60, 36, 4))[0]
    level = "warning" if state == "declined" else "info"
    amount = moment.dice.randrange(500, 25_000) / 100
    fields = {"amount": amount, "currency": "USD", "duration_ms": _latency_ms(moment, 180)}
    return [_json(moment, level, f"payment {state}", trace_id=_trace(moment), **fields)]


def _notifications(moment: Moment) -> list[str]:
    channel = moment.dice.choice(("email", "push", "sms"))
    return [_json(moment, "info", "notification sent", channel=channel, duration_ms=_latency_ms(moment, 120))]


def _postgres_line(moment: Moment, process: int, level: str, text: str) -> str:
    return f"{moment.at:%Y-%m-%d %H:%M:%S}.{moment.at.microsecond // 1000:03d} UTC [{process}] {level}:  {text}"


def _postgres(moment: Moment) -> list[str]:
    if moment.dice.random() < 0.25:
        buffers, seconds = moment.dice.randrange(40, 900), moment.dice.uniform(2, 60)
        text = f"checkpoint complete: wrote {buffers} buffers ({buffers / 163.84:.1f}%); write={seconds:.3f} s"
        return [_postgres_line(moment, 27, "LOG", text)]
    process, port = moment.dice.randrange(200, 9000), moment.dice.randrange(30000, 60000)
    address = f"10.244.{moment.dice.randrange(4)}.{moment.dice.randrange(2, 250)}"
    return [_postgres_line(moment, process, "LOG", f"connection received: host={address} port={port}")]


def _postgres_begin(moment: Moment) -> list[str]:
    version = "PostgreSQL 15.4 on x86_64-pc-linux-gnu, compiled by gcc 12.2.0, 64-bit"
    lines = [
        _postgres_line(moment, 1, "LOG", f"starting {version}"),
        _postgres_line(moment, 1, "LOG", 'listening on IPv4 address "0.0.0.0", port 5432'),
    ]
    if not moment.doomed:
        lines.append(_postgres_line(moment, 1, "LOG", "database system is ready to accept connections"))
    return lines


def _postgres_fail(moment: Moment, story: str) -> list[str]:
    if story != "corrupted-state":
        text = "could not start the database system: unrecoverable error during startup"
        return [_postgres_line(moment, 1, "FATAL", text)]
    return [
        _postgres_line(moment, 28, "LOG", "database system was interrupted while in recovery"),
        _postgres_line(moment, 28, "LOG", "invalid primary checkpoint record"),
        _postgres_line(moment, 28, "PANIC", "could not locate a valid checkpoint record: replica state is corrupted"),
        _postgres_line(moment, 1, "LOG", "startup process (PID 28) was terminated by signal 6: Aborted"),
        _postgres_line(moment, 1, "LOG", "aborting startup due to startup process failure"),
        _postgres_line(moment, 1, "LOG", "database system is shut down"),
    ]


def _redis(moment: Moment) -> list[str]:
    stamp = f"{moment.at:%d %b %Y %H:%M:%S}.{moment.at.microsecond // 1000:03d}"
    changes = moment.dice.randrange(100, 5000)
    return [
        f"1:M {stamp} * {changes} changes in 60 seconds. Saving...",
        f"1:M {stamp} * Background saving terminated with success",
    ]


def _redis_begin(moment: Moment) -> list[str]:
    stamp = f"{moment.at:%d %b %Y %H:%M:%S}.{moment.at.microsecond // 1000:03d}"
    return [
        f"1:C {stamp} # Redis version=7.0.12, bits=64, commit=00000000, modified=0, pid=1, just started",
        f"1:M {stamp} * Ready to accept connections",
    ]


def _rabbit(moment: Moment) -> list[str]:
    stamp = moment.at.isoformat(sep=" ", timespec="microseconds")
    process = f"<0.{moment.dice.randrange(700, 9000)}.0>"
    return [f"{stamp} [info] {process} connection {process} (10.244.1.{moment.dice.randrange(250)}) authenticated"]


def _rabbit_begin(moment: Moment) -> list[str]:
    stamp = moment.at.isoformat(sep=" ", timespec="microseconds")
    return [f"{stamp} [info] <0.9.0> Server startup complete; 4 plugins started."]


def _search(moment: Moment) -> list[str]:
    took = _latency_ms(moment, 22)
    return [_json(moment, "info", "search served", index="products", took_ms=took, hits=moment.dice.randrange(900))]


def _collector(moment: Moment) -> list[str]:
    stamp = f"{moment.at:%Y/%m/%d %H:%M:%S}"
    return [f"[{stamp}] [ info] [output:forward:forward.0] flushed {moment.dice.randrange(20, 400)} records"]


def _backup(moment: Moment) -> list[str]:
    return [_json(moment, "info", "dumping table", table=moment.dice.choice(("orders", "customers", "products")))]


def _backup_begin(moment: Moment) -> list[str]:
    return [_json(moment, "info", "backup started", source="database-app.data.svc:5432")]


def _plain(moment: Moment) -> list[str]:
    return [_json(moment, "info", "request handled", duration_ms=_latency_ms(moment, 40), trace_id=_trace(moment))]


def _plain_begin(moment: Moment) -> list[str]:
    return [_json(moment, "info", f"{moment.app} started")]


_DATABASE = "data/database-app"
VOICES: dict[str, Voice] = {
    "nginx": Voice(2.0, _nginx, _nginx_begin, needs=(_DATABASE,)),
    "api": Voice(3.0, _api, _api_begin, needs=(_DATABASE,)),
    "worker": Voice(8.0, _worker, _worker_begin),
    "idle": Voice(30.0, _idle, _plain_begin),
    "payments": Voice(6.0, _payments, _api_begin),
    "notifications": Voice(10.0, _notifications, _plain_begin),
    "postgres": Voice(20.0, _postgres, _postgres_begin, _postgres_fail),
    "redis": Voice(60.0, _redis, _redis_begin),
    "rabbit": Voice(30.0, _rabbit, _rabbit_begin),
    "search": Voice(5.0, _search, _plain_begin),
    "collector": Voice(15.0, _collector),
    "backup": Voice(3.0, _backup, _backup_begin),
    "plain": Voice(10.0, _plain, _plain_begin),
}
_BY_IMAGE = {
    "nginx": "nginx",
    "postgres": "postgres",
    "redis": "redis",
    "rabbitmq": "rabbit",
    "fluent-bit": "collector",
}
