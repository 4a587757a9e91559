"""kubectl commands of changes are read as the sentences that say the same, and nothing else is rewritten."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding.commands import in_words

SAID = {
    "kubectl scale deploy trainer --replicas=4": "scale trainer to 4",
    "kubectl scale --replicas 3 deployment/web-app -n frontend": "scale web-app to 3 in frontend",
    "$ kubectl -n data scale sts postgres --replicas=2": "scale postgres to 2 in data",
    "please run kubectl rollout restart deployment/web-app": "restart web-app",
    "kubectl rollout undo deploy/web-app --to-revision=7 please": "roll back web-app to revision 7",
    "kubectl rollout undo deployment.apps/web-app": "roll back web-app",
    "kubectl autoscale deployment cart --min=3 --max=12 --cpu-percent=80": "autoscale cart between 3 and 12 at 80% cpu",
    "kubectl autoscale deployment cart --max=12": "autoscale cart up to 12",
    "kubectl set env deploy/cart A_B=c D_E=f": "set A_B=c and D_E=f on cart",
    "k rollout restart deploy/trainer": "restart trainer",
    "oc scale deploy trainer --replicas=4": "scale trainer to 4",
    "kubectl set image deploy/cart app=registry.local/cart:2.1": "set the image of cart to registry.local/cart:2.1",
}
KEPT = (
    "kubectl scale deploy trainer",
    "kubectl scale deploy trainer --replicas=4 --dry-run=client",
    "kubectl scale deploy --all --replicas=0",
    "kubectl delete deploy trainer",
    "kubectl rollout restart deploy a b",
    "kubectl rollout status deploy a",
    "what does kubectl scale deploy trainer --replicas=4 do?",
    "kubectl scale deploy trainer --replicas=4 but not now",
    "do not kubectl scale deploy trainer --replicas=4",
    "kubectl set env deploy/cart 'A=b c'",
    "kubectl set image deploy/cart app=a side=b",
    "kubectl scale deploy 'trainer --replicas=4",
    "kubectl",
    "",
)


@pytest.mark.parametrize(("command", "sentence"), SAID.items())
def test_a_command_is_a_sentence(command: str, sentence: str) -> None:
    assert in_words(command) == sentence


@pytest.mark.parametrize("text", KEPT)
def test_everything_else_stays(text: str) -> None:
    assert in_words(text) == text
