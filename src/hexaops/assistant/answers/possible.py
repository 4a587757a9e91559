"""What can be done next, true for this workspace, its state and this caller."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import Application, ProblemKind, Status
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import listing
from hexaops.kit.text import plain

EXECUTE = "execute_actions"
STATUS = Suggestion("status_query", "Show how all applications are doing", "What's the status of my applications?")
SCALABLE = frozenset({"Deployment", "StatefulSet"})
_NOT_CURED_BY_RESTART = frozenset(
    {"ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError"}
)
NAME_LIMIT = 63


def actions_for(applications: Sequence[Application], facts: Facts) -> list[str]:
    """Names of the actions that can be planned now for at least one of these."""
    if not possible_now(facts):
        return []
    scalable = any(application.desired > 0 and application.kind in SCALABLE for application in applications)
    stopped = any(application.status is Status.STOPPED and application.kind in SCALABLE for application in applications)
    offers = {
        "restart_application": any(application.desired > 0 for application in applications),
        "scale_application": scalable,
        "start_application": stopped,
        "stop_application": scalable,
    }
    return [action for action, possible in offers.items() if possible]


def possible_now(facts: Facts) -> bool:
    """Whether this caller can have any change planned at all."""
    return EXECUTE in facts.permissions and not facts.changes_off


def suggest_for_issues(
    draft: Draft, applications: Sequence[Application], facts: Facts, *, explained: bool = False
) -> None:
    """Suggest looking into the issues (unless just done), and the restarts that may cure some of them."""
    troubled = [application for application in applications if application.problems]
    if not troubled:
        return
    names = listing([plain(application.name, NAME_LIMIT) for application in troubled], limit=4)
    one = len(troubled) == 1
    message = f"What is wrong with {plain(troubled[0].name, NAME_LIMIT)}?" if one else "What is wrong with my apps?"
    if not explained:
        description = f"Show the reasons and events of the pod failures in {names}"
        draft.suggest(Suggestion("diagnose_failures", description, message))
    curable = [application for application in troubled if restart_may_help(application)]
    if curable and "restart_application" in actions_for(curable, facts):
        for application in curable[:3]:
            name = plain(application.name, NAME_LIMIT)
            description = f"Plan a restart of {name} ({application.trouble})"
            parameters = {"application_id": application.id}
            draft.suggest(Suggestion("restart_application", description, f"Restart {name}", parameters))


def restart_may_help(application: Application) -> bool:
    """Whether new pods could do better: not when the image is missing or no node has room."""
    return any(
        problem.kind is ProblemKind.FAILING and problem.reason not in _NOT_CURED_BY_RESTART
        for problem in application.problems
    )
