"""A diagnosis kept up to date: after a change, only what the change touches is judged again.

What is found is kept by judge and object, with the look-ups that it came of (`live.py`). A change makes those of its
look-ups due; the rest stands. Time is a look-up too: what read the clock is judged again when it is set. The findings
are those of a whole diagnosis of the same objects.
"""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct

from hexaops.analysis.diagnosis.engine import JUDGES, conclude
from hexaops.analysis.diagnosis.live import ANY, Key, LiveSnapshot, Order, Walk
from hexaops.analysis.diagnosis.model import Finding, Ref

Unit = tuple[int, Ref | None]
"""One judge's look at one object; None: what it does before and after it asks for objects."""


class _Found(Struct, frozen=True):
    order: Order
    findings: list[Finding]


class KeptDiagnosis:
    """The findings of a snapshot that changes."""

    def __init__(self, snapshot: LiveSnapshot) -> None:
        self.snapshot = snapshot
        self.judged = 0
        """How many looks at an object have been made: what a change costs."""
        self._found: list[dict[Ref | None, _Found]] = [{} for _ in JUDGES]
        self._reads: list[dict[Ref | None, set[Key]]] = [{} for _ in JUDGES]
        self._readers: dict[Key, set[Unit]] = defaultdict(set)
        self._asking: dict[str, set[int]] = defaultdict(set)
        for judge in range(len(JUDGES)):
            self._judge(judge, None)
        snapshot.touched.clear()
        snapshot.changed.clear()

    def findings(self) -> list[Finding]:
        """What is wrong now, worst and surest first."""
        self.update()
        found: list[Finding] = []
        for by_subject in self._found:
            for one in sorted(by_subject.values(), key=lambda one: one.order):
                found += one.findings
        return conclude(found, self.snapshot)

    def update(self) -> None:
        """Judge again what the changes since the last time have touched."""
        due: dict[int, set[Ref | None]] = defaultdict(set)
        for key in self.snapshot.touched:
            for judge, ref in self._readers.get(key, ()):
                due[judge].add(ref)
        for ref in self.snapshot.changed:
            for judge in self._asking[ref.kind] | self._asking[ANY]:
                due[judge].add(ref)
        self.snapshot.touched.clear()
        self.snapshot.changed.clear()
        for judge, refs in due.items():
            self._judge(judge, None if None in refs else frozenset(ref for ref in refs if ref is not None))

    def _judge(self, judge: int, only: frozenset[Ref] | None) -> None:
        for subject in [*self._reads[judge], *self._found[judge]] if only is None else [None, *only]:
            self._forget(judge, subject)
        walk = self.snapshot.walk = Walk(only)
        try:
            for finding in JUDGES[judge](self.snapshot):
                kept = self._found[judge].setdefault(walk.subject, _Found(walk.order, []))
                kept.findings.append(finding)
        finally:
            self.snapshot.walk = None
        for subject, reads in walk.reads.items():
            self._reads[judge][subject] = reads
            for key in reads:
                self._readers[key].add((judge, subject))
        for kind in walk.kinds:
            self._asking[kind].add(judge)
        self.judged += len(walk.reads) - 1 + (len(only) if only is not None else 0)

    def _forget(self, judge: int, subject: Ref | None) -> None:
        self._found[judge].pop(subject, None)
        for key in self._reads[judge].pop(subject, ()):
            readers = self._readers[key]
            readers.discard((judge, subject))
            if not readers:
                del self._readers[key]
