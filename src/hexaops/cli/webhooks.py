"""`hexaops webhooks`: subscriptions and deliveries."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_next, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Webhook subscriptions.", invoke_without_command=True, no_args_is_help=False)
WebhookId = Annotated[str, typer.Argument(help="The webhook's id.", metavar="WEBHOOK_ID")]
COLUMNS = ("Webhook", "URL", "Events", "Enabled", "Disabled because", "Failing since")


@app.callback()
def webhooks(context: typer.Context) -> None:
    """List the subscriptions, or manage them.

    Examples: `hexaops webhooks create https://example.com/hook --event aiops.action.completed`,
    `hexaops webhooks test wh_…`, `hexaops webhooks deliveries --status failed`
    """
    if context.invoked_subcommand is None:
        list_webhooks(context)


@app.command("list")
def list_webhooks(context: typer.Context) -> None:
    """List the workspace's subscriptions."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops("/webhooks"))["data"]
    if options.as_json:
        print_list(data["webhooks"])
        return
    rows = [
        (one["id"], one["url"], one["events"], one["enabled"], one["disabled_reason"], when(one["failing_since"]))
        for one in data["webhooks"]
    ]
    print_table(COLUMNS, rows)


@app.command()
def create(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Receiver URL.")],
    event: Annotated[list[str] | None, typer.Option(help="Event name; repeatable [all].")] = None,
    description: Annotated[str, typer.Option(help="Description.")] = "",
) -> None:
    """Create a subscription; its signing secret is shown once."""
    options: Options = context.obj
    api = open_api(context)
    body = {"url": url, "events": event or ["*"], "description": description}
    _print_secret(options, api.post(api.aiops("/webhooks"), body)["data"])


@app.command()
def rotate(
    context: typer.Context,
    webhook_id: WebhookId,
    overlap_hours: Annotated[float, typer.Option(min=0, max=168, help="How long both secrets stay valid.")] = 24.0,
) -> None:
    """Rotate the signing secret; the old one stays valid for a while."""
    options: Options = context.obj
    api = open_api(context)
    body = {"overlap_seconds": overlap_hours * 3600}
    _print_secret(options, api.post(api.aiops(f"/webhooks/{segment(webhook_id)}/rotate-secret"), body)["data"])


@app.command()
def enable(context: typer.Context, webhook_id: WebhookId) -> None:
    """Enable a subscription."""
    _switch(context, webhook_id, enabled=True)


@app.command()
def disable(context: typer.Context, webhook_id: WebhookId) -> None:
    """Disable a subscription and cancel its pending deliveries."""
    _switch(context, webhook_id, enabled=False)


@app.command()
def delete(context: typer.Context, webhook_id: WebhookId) -> None:
    """Delete a subscription and its history."""
    options: Options = context.obj
    api = open_api(context)
    api.send("DELETE", api.aiops(f"/webhooks/{segment(webhook_id)}"))
    print_json({"deleted": webhook_id}) if options.as_json else typer.echo(f"Deleted {webhook_id}")


@app.command()
def test(context: typer.Context, webhook_id: WebhookId) -> None:
    """Send a signed test event; exit code 1 if delivery fails."""
    options: Options = context.obj
    api = open_api(context)
    delivery = api.post(api.aiops(f"/webhooks/{segment(webhook_id)}/test"))["data"]
    if options.as_json:
        print_json(delivery)
    else:
        tried = delivery["history"][0]
        print_facts(
            {
                "status": delivery["status"], "answered": tried["status_code"], "took": f"{tried['duration_ms']} ms",
                "error": tried["error"], "answer": tried["response_excerpt"],
            }
        )  # fmt: skip
    raise typer.Exit(0 if delivery["status"] == "delivered" else 1)


@app.command()
def deliveries(
    context: typer.Context,
    webhook_id: Annotated[str | None, typer.Argument(help="Only this webhook.", metavar="[WEBHOOK_ID]")] = None,
    status: Annotated[str | None, typer.Option(help="pending, delivered, failed or cancelled.")] = None,
    event: Annotated[str | None, typer.Option(help="Only this event.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where the previous page ended, as it was printed.")] = None,
) -> None:
    """List deliveries with their attempts."""
    options: Options = context.obj
    api = open_api(context)
    path = f"/webhooks/{segment(webhook_id)}/deliveries" if webhook_id else "/webhooks/deliveries"
    data = api.get(api.aiops(path), status=status, event=event, limit=limit, cursor=cursor)["data"]
    if options.as_json:
        print_list(data["deliveries"], data["pagination"])
        return
    rows = [
        (one["id"], one["event"], one["resource_id"], one["status"], one["attempts"],
         one["last_status_code"] or one["last_error"], when(one["next_attempt_at"]), when(one["created_at"]))
        for one in data["deliveries"]
    ]  # fmt: skip
    print_table(("Delivery", "Event", "About", "Status", "Attempts", "Last answer", "Next attempt", "Created"), rows)
    print_next(data["pagination"])


@app.command()
def redeliver(
    context: typer.Context,
    delivery_id: Annotated[str, typer.Argument(help="The delivery's id.", metavar="DELIVERY_ID")],
) -> None:
    """Resend a delivery with the same webhook-id."""
    options: Options = context.obj
    api = open_api(context)
    delivery = api.post(api.aiops(f"/webhooks/deliveries/{segment(delivery_id)}/redeliver"))["data"]
    print_json(delivery) if options.as_json else typer.echo(f"{delivery_id} is {delivery['status']}")


def _switch(context: typer.Context, webhook_id: str, *, enabled: bool) -> None:
    options: Options = context.obj
    api = open_api(context)
    one = api.send("PATCH", api.aiops(f"/webhooks/{segment(webhook_id)}"), {"enabled": enabled})["data"]
    word = "enabled" if one["enabled"] else "disabled"
    print_json(one) if options.as_json else typer.echo(f"{webhook_id} is {word}")


def _print_secret(options: Options, one: dict[str, Any]) -> None:
    if options.as_json:
        print_json(one)
        return
    print_facts({"webhook": one["id"], "url": one["url"], "events": one["events"], "secret": one["secret"]})
    typer.echo("Save the secret now: it is not shown again.", err=True)
