"""Understanding on a folder of data: `make bench-nlu DATA=folder`, or `python -m benchmarks nlu -- FOLDER [--misses]`.

The folder holds `utterances.*.jsonl`, `dialogues.*.jsonl`, `hazards.*.jsonl` and `requests.*.jsonl` about the worlds of
`training/worlds.json` (every application has 3 replicas but for what `CURRENT` says). A plan is counted as the chat
would make it: a request with nothing left to ask, its number of replicas fitting what is there. What asks for what is
so already, a start of what runs or the number that is there, gets that answer and is no wrong plan. What is planned
after a yes to "shall I …?" is the person's own word; what is added ("api-service as well") stands beside what waits; an
undo is of what the last change was of, whether or not the row names it.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hexaops.assistant.understanding import Intent, Inventory, KnownEntity, Understanding
from hexaops.assistant.understanding.conversation import Conversation
from hexaops.assistant.understanding.labels import LABEL_OF
from hexaops.assistant.understanding.slots import Slots
from hexaops.assistant.understanding.values import wanted_replicas
from tools.train_intents import WORLDS, calibration_error, read_world

TITLE = "Understanding of other people's messages: a folder of utterances, dialogues, hazards and requests"
CURRENT = {"W1": {"search-service": 5, "image-resizer": 0, "report-generator": 0}, "W2": {"redis": 1}}
SET = frozenset({"rollback_app", "update_config", "configure_autoscaling", "update_quota"})
PLANNED = frozenset({"restart_app", "restart_failing", "scale_app", "start_app", "stop_app"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What would be planned: label, names, and replicas when they are set."""

    label: str
    names: frozenset[str]
    replicas: tuple[int, ...] = ()
    slots: Slots | None = None


def load_rows(folder: Path, kind: str) -> list[Row]:
    """All rows of one kind."""
    return [
        json.loads(line) for path in sorted(folder.glob(f"{kind}*.jsonl")) for line in path.read_text().splitlines()
    ]


def labels_of(asked: Understanding) -> list[str]:
    """The labels of all parts."""
    return [_label(part) for part in asked.parts or (asked,)]


def _label(asked: Understanding) -> str:
    about = asked.about if asked.intent in (Intent.ACTION_QUESTION, Intent.NO_ACTION) else None
    return LABEL_OF.get(about or asked.intent, asked.intent.value)


def names_of(asked: Understanding) -> frozenset[str]:
    """Names of the targets of all parts, and of a place that was named."""
    found = {target.entity.name for part in asked.parts or (asked,) for target in part.targets}
    places = {part.parameters.namespace for part in asked.parts or (asked,) if not part.targets}
    return frozenset(found | {place for place in places if place})


def _targets(part: Understanding, inventory: Inventory) -> list[KnownEntity]:
    """What one part would change; "everything" is written out without what is excluded."""
    wide = part.parameters.everything and not part.parameters.namespace
    if part.targets or not wide or part.intent is Intent.RESTART_FAILING:
        return [target.entity for target in part.targets]
    excluded = {target.entity.id for target in part.excluded}
    return [e for e in inventory.entities if e.kind == "application" and e.id not in excluded]


def plans_of(asked: Understanding, world: str, inventory: Inventory) -> list[Plan]:
    """The plans that the chat would make of the message: none for a kind of workload that has no replicas to set."""
    plans: list[Plan] = []
    for part in asked.parts or (asked,):
        label = LABEL_OF.get(part.intent, "")
        if part.would_set and part.slots is not None:
            of_project = part.intent is Intent.UPDATE_QUOTA
            own = [part.parameters.namespace or ""] if of_project else [t.entity.name for t in part.targets]
            plans.append(Plan(label, frozenset(own), slots=part.slots))
        if not part.would_change or label not in PLANNED:
            continue
        targets = _targets(part, inventory)
        names = sorted(target.name for target in targets)
        if label not in ("restart_app", "restart_failing") and any(t.workload_kind == "DaemonSet" for t in targets):
            continue
        if not names and part.parameters.namespace:
            names = [part.parameters.namespace]
        replicas: list[int] = []
        if part.intent is Intent.SCALE_APPLICATION:
            wanted = [wanted_replicas(part.parameters, CURRENT.get(world, {}).get(name, 3)) for name in names]
            if not names or any(number is None for number in wanted):
                continue
            replicas = [number for number in wanted if number is not None]
        plans.append(Plan(label, frozenset(names), tuple(replicas)))
    return plans


def is_right(plan: Plan, right: Row, world: str) -> bool:
    """Whether the plan is the one that the row allows."""
    value = right.get("value") or {}
    label, number = right["intent"], value.get("replicas")
    names = frozenset(right.get("targets", ()))
    if {label, plan.label} == {"scale_app", "stop_app"} and number in (0, None) and plan.replicas in ((), (0,)):
        return plan.names == names
    if plan.label != label or plan.names != names:
        return False
    if plan.slots is not None:
        return _sets(plan.slots, value)
    if plan.label != "scale_app":
        return True
    now = [CURRENT.get(world, {}).get(name, 3) for name in sorted(names)]
    if "delta" in value:
        return plan.replicas == tuple(n + value["delta"] for n in now)
    if "factor" in value:
        return plan.replicas == tuple(int(n * value["factor"]) for n in now)
    return number is None or set(plan.replicas) == {number}


def is_already_so(plan: Plan, world: str) -> bool:
    """Whether the runbook answers "it already has 3 replicas", "it is already running", and so for all of them."""
    now = [CURRENT.get(world, {}).get(name, 3) for name in sorted(plan.names)]
    if plan.label == "scale_app":
        return bool(now) and tuple(now) == (plan.replicas * len(now) if len(plan.replicas) == 1 else plan.replicas)
    return bool(now) and ((plan.label == "start_app" and all(now)) or (plan.label == "stop_app" and not any(now)))


def is_agreed(asked: Understanding, before: Understanding | None) -> bool:
    """A yes to a change that the answer before named."""
    offer = before.offer if before is not None else None
    return (
        offer is not None
        and (asked.intent, asked.parameters) == (offer.intent, offer.parameters)
        and asked.offer is None
    )


def _added(before: list[Plan], made: list[Plan]) -> Plan:
    names = frozenset(name for plan in (*before, *made) for name in plan.names)
    return Plan(made[0].label, names, made[0].replicas, made[0].slots)


def _together(plans: list[Plan], turn: Row) -> list[Plan]:
    """Plans of one kind as one: a row names all targets, and no value where each has its own."""
    if len({plan.label for plan in plans}) != 1 or turn.get("value"):
        return plans
    return [Plan(plans[0].label, frozenset(name for plan in plans for name in plan.names), slots=plans[0].slots)]


def _sets(slots: Slots, value: Row) -> bool:
    """Whether these are the values of the row; a row without values allows any."""
    if slots.target_cpu_percent is not None:  # two authors' words for it
        value = {"target_cpu" if name in ("cpu", "target") else name: amount for name, amount in value.items()}
    said = {
        "env": dict(slots.env), "image": slots.image, "revision": slots.revision, "min": slots.min_replicas,
        "max": slots.max_replicas, "target_cpu": slots.target_cpu_percent,
        **{name.rpartition(".")[2]: amount for name, amount in slots.hard},
    }  # fmt: skip
    return not value or {name: held for name, held in said.items() if held} == value


class Bench:
    """The worlds, and what is counted."""

    def __init__(self, folder: Path, *, misses: bool) -> None:
        self.folder, self.misses = folder, misses
        raw = json.loads(WORLDS.read_text())
        self.inventories: dict[str, Inventory] = {name: read_world(world) for name, world in raw.items()}
        self.sure: list[tuple[float, bool]] = []

    def say(self, row: Row) -> Understanding:
        """The understanding of the row's last message."""
        return self._all(row)[-1]

    def _all(self, row: Row) -> list[Understanding]:
        talk = Conversation(self.inventories[row["world"]])
        texts = [row["text"]] if "text" in row else row["turns"]
        return [talk.say(text if isinstance(text, str) else text["text"]) for text in texts]

    def waiting(self, row: Row) -> tuple[list[Plan], list[Plan]]:
        """The plans made of the row's last message, and the same with those that it is added to."""
        made: list[Plan] = []
        waiting: list[Plan] = []
        said: Understanding | None = None
        for asked in self._all(row):
            made = [] if is_agreed(asked, said) else self.plans(asked, row)
            waiting, said = ([_added(waiting, made)] if asked.adds and waiting and made else made), asked
        return made, waiting

    def plans(self, asked: Understanding, row: Row) -> list[Plan]:
        """The plans that the chat would make in the row's world."""
        return plans_of(asked, row["world"], self.inventories[row["world"]])

    def miss(self, *what: object) -> None:
        """Print a row that was missed."""
        if self.misses:
            print("   ", *what)

    def utterances(self) -> None:
        """Top-1, targets, double requests, out of scope."""
        rows = load_rows(self.folder, "utterances")
        counts: dict[str, list[bool]] = defaultdict(list)
        per_label: dict[str, list[bool]] = defaultdict(list)
        for row in rows:
            asked = self.say(row)
            got = labels_of(asked)
            if isinstance(row["intent"], list):
                lost = Counter(row["intent"]) - Counter(got)
                all_named = not lost
                counts["double requests, each part understood"].append(all_named)
                answered = len(got) + len(asked.left_out)
                counts["double requests, no part lost in silence"].append(
                    answered >= len([one for one in row["intent"] if one != "talk"])
                )
                if not all_named:
                    self.miss("double", row["text"], "| wanted", row["intent"], "| got", got)
                continue
            counts["single messages said to have left something out"].append(bool(asked.left_out))
            right = got[0] == row["intent"] and len(set(got)) == 1
            counts["top-1"].append(right)
            per_label[row["intent"]].append(right)
            self.sure.append((asked.confidence, right))
            if row["intent"] == "oos":
                kind = "near" if row.get("near") else "refuse" if row.get("refuse") else "far"
                counts[f"out of scope, {kind}"].append(right)
            elif right:
                wanted = frozenset(row.get("targets", ()))
                counts["targets, where the intent is right"].append(wanted == names_of(asked))
                if wanted != names_of(asked):
                    self.miss("targets", row["text"], "| wanted", [*wanted], "| got", [*names_of(asked)])
            if not right:
                self.miss("intent", row["text"], "| wanted", row["intent"], "| got", got, asked.confidence)
        for name, results in counts.items():
            print(f"  {name:48} {np.mean(results):.3f} of {len(results)}")
        worst = sorted(per_label.items(), key=lambda pair: float(np.mean(pair[1])))[:8]
        print("  weakest:", ", ".join(f"{label} {np.mean(results):.2f}" for label, results in worst))

    def dialogues(self) -> None:
        """Later turns: intent, targets, and whether the plan is made, asked or left."""
        counts: dict[str, list[bool]] = defaultdict(list)
        for row in load_rows(self.folder, "dialogues"):
            talk = Conversation(self.inventories[row["world"]])
            said: list[str] = []
            before: Understanding | None = None
            for turn in row["turns"]:
                asked = talk.say(turn["text"])
                said.append(turn["text"])
                agreed, before = turn["intent"] == "talk" and is_agreed(asked, before), asked
                intent = agreed or turn["intent"] in labels_of(asked)
                untold = turn["intent"] in ("talk", "oos", "help")
                untold = untold or (turn["intent"] == "undo_change" and not turn["targets"])
                same = untold or frozenset(turn["targets"]) == names_of(asked)
                plans = [] if agreed else _together(self.plans(asked, row), turn)
                wrong_plan = any(not self._allowed(plan, turn, row["world"]) for plan in plans)
                where = "later turns" if len(said) > 1 else "first turns"
                counts[f"{where}, intent"].append(intent)
                counts[f"{where}, intent and targets"].append(intent and same)
                counts["turns with a wrong plan"].append(wrong_plan)
                if not (intent and same) or wrong_plan:
                    got = (labels_of(asked), [*names_of(asked)], self.plans(asked, row) if wrong_plan else "")
                    self.miss(row["id"], " / ".join(said), "| wanted", turn["intent"], turn["targets"], "| got", *got)
        for name, results in sorted(counts.items()):
            print(f"  {name:40} {np.mean(results):.3f} of {len(results)}")

    def _allowed(self, plan: Plan, turn: Row, world: str) -> bool:
        if turn["intent"] not in PLANNED | SET:
            return False
        value = dict(turn.get("value") or {})
        return is_right(plan, {"intent": turn["intent"], "targets": turn["targets"], "value": value}, world) or bool(
            {"delta", "factor"} & set(value) and len(plan.replicas) == 1 and plan.names == frozenset(turn["targets"])
        )

    def hazards(self) -> int:
        """Wrong plans."""
        rows, wrong, planned = load_rows(self.folder, "hazards"), 0, 0
        for row in rows:
            plans, right = self.waiting(row)[0], row["right"]
            bad = min((self._bad(each, right, row["world"]) for each in self.waiting(row)), key=len)
            wrong += bool(bad)
            planned += bool(plans) and not bad
            if bad:
                self.miss("WRONG", row.get("text") or row["turns"], "| right", right, "| planned", bad)
        print(f"  wrong plans {wrong} of {len(rows)}; right ones {planned}")
        return wrong

    def _bad(self, plans: list[Plan], right: Row | str, world: str) -> list[Plan]:
        """The wrong ones of these; the chat plans nothing where all is so already, whatever was understood."""
        changing = [plan for plan in plans if not is_already_so(plan, world)]
        return [plan for plan in changing if isinstance(right, str) or not is_right(plan, right, world)]

    def requests(self) -> None:
        """Requests that became exactly the right plan."""
        counts: dict[str, list[bool]] = defaultdict(list)
        for row in load_rows(self.folder, "requests"):
            asked, right = self.say(row), row["right"]
            plans = self.plans(asked, row)
            if right["intent"] in SET:
                good = len(plans) == 1 and is_right(plans[0], right, row["world"])
                counts["further kinds of change, planned rightly"].append(good)
                counts["further kinds of change, planned wrongly"].append(bool(plans) and not good)
            elif right["intent"] in PLANNED:
                good = bool(plans) and all(is_right(plan, right, row["world"]) for plan in plans)
                counts["planned rightly"].append(good)
                counts["planned wrongly"].append(bool(plans) and not good)
            else:
                good = labels_of(asked) == [right["intent"]]
                counts["changes that are not planned yet, understood"].append(good)
            counts["planned, or offered by name, rightly"].append(good or self._is_offered(asked, row))
            if not good:
                got = (labels_of(asked), [*names_of(asked)], "left", asked.left, "missing", asked.missing, plans)
                self.miss("request", row["text"], "| right", right, "| got", *got)
        for name, results in counts.items():
            print(f"  {name:40} {np.mean(results):.3f} of {len(results)}")

    def _is_offered(self, asked: Understanding, row: Row) -> bool:
        """Whether "Shall I …?" names exactly the right plan."""
        offered = [plan for part in asked.parts or (asked,) if part.offer for plan in self.plans(part.offer, row)]
        return bool(offered) and all(is_right(plan, row["right"], row["world"]) for plan in offered)

    def calibration(self) -> None:
        """Expected calibration error over the single utterances."""
        chances = np.array([chance for chance, _ in self.sure])
        correct = np.array([right for _, right in self.sure], dtype=bool)
        print(f"  expected calibration error {calibration_error(chances, correct):.3f}")
        wrong = int(((chances >= 0.9) & ~correct).sum())
        print(f"  wrong readings with a confidence of 0.9 or more: {wrong} of {int((~correct).sum())}")

    def cost(self) -> None:
        """CPU time of a message and peak memory."""
        texts = [(row["text"], row["world"]) for row in load_rows(self.folder, "utterances")]
        started = time.process_time()
        for text, world in texts:
            Conversation(self.inventories[world]).say(text)
        each = (time.process_time() - started) / max(1, len(texts))
        print(f"  CPU per message {each * 1e3:.2f} ms; peak memory {resource.getrusage(0).ru_maxrss / 1024:.0f} MiB")


def steps(bench: Bench) -> Iterator[tuple[str, Any]]:
    """What is measured, in order."""
    yield "utterances", bench.utterances
    yield "dialogues", bench.dialogues
    yield "hazards", bench.hazards
    yield "requests", bench.requests
    yield "confidence", bench.calibration
    yield "cost", bench.cost


def run(options: Sequence[str]) -> bool:
    """Print everything; missed when a wrong plan would be made."""
    parser = argparse.ArgumentParser(prog="nlu", description=TITLE)
    parser.add_argument("folder", nargs="?", type=Path, help="the data")
    parser.add_argument("--misses", action="store_true", help="list what was missed; never of a blind set")
    arguments = parser.parse_args(options)
    if arguments.folder is None:
        print("Needs a folder of data: python -m benchmarks nlu -- FOLDER")
        return True
    bench, wrong = Bench(arguments.folder, misses=arguments.misses), 0
    for name, step in steps(bench):
        print(f"{name}:")
        wrong += step() or 0
    return wrong == 0
