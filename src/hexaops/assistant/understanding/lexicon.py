"""The words that are understood, as data: tag → words. A tag is what the grammar and the cues speak of.

Verbs are written in their base form; the other forms are derived. Words outside these lists are foreign to the
platform and lower the confidence, so everyday words that say nothing stand under `filler`.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from hexaops.assistant.understanding.normalise import word_set

VERBS: dict[str, str] = {
    "restart": "restart reboot bounce recycle cycle relaunch respawn reload recreate kick refresh",
    "scale": "scale upscale downscale resize rescale",
    "increase": "increase ramp raise bump grow expand boost",
    "decrease": "decrease reduce lower shrink cut downsize",
    "double": "double",
    "triple": "triple",
    "quadruple": "quadruple",
    "halve": "halve",
    "add": "add",
    "remove": "remove drop",
    "assign": "set change make give put adjust run use",
    "start": "start resume unpause boot launch revive activate enable wake unsuspend",
    "stop": "stop pause halt suspend shutdown disable deactivate kill terminate hibernate",
    "cancel": "cancel abort interrupt",
    "undo": "undo revert rollback restore",
    "light": "do perform trigger initiate execute issue",
    "particle": "dial shut turn switch power spin fire bring take wind",
    "show": (
        "show list display describe print view see check get tell present fetch report read pull inspect "
        "verify know summarize summarise examine compare"
    ),
    "analyze": "analyze analyse profile evaluate assess benchmark review",
    "diagnose": "diagnose debug troubleshoot investigate fix repair solve resolve heal",
    "optimize": "optimize optimise improve tune rightsize right-size streamline",
    "recommend": "recommend suggest propose advise",
    "save": "save",
    "search": "search find grep tail filter look scan",
    "create": "create build generate define add configure setup notify establish",
    "ack": "acknowledge ack silence mute dismiss snooze",
    "delete": "delete destroy erase purge uninstall decommission",
    "deploy": "deploy redeploy release install publish ship upgrade promote",
    "update": "update configure modify edit apply set change adjust increase raise reduce lower patch",
    "maintain": "drain cordon uncordon taint evict",
    "predict": "predict forecast anticipate extrapolate",
    "fail": "fail crash break die",
    "respond": "respond work reach connect talk communicate",
    "change": "change modify edit",
    "cost": "cost spend pay",
    "use": "use consume eat hog",
    "complete": "finish complete succeed recover",
    "say": ("say tell ask suggest recommend advise want mention claim write instruct order request propose insist"),
    "avoid": "avoid skip refrain omit",
    "try": "try attempt",
    "alert": "alert",
    "happen": "happen occur",
    "collect": "collect gather",
}

NOUNS: dict[str, str] = {
    "app": ("app application deployment service workload statefulset daemonset microservice component svc sts"),
    "pod": "pod container",
    "replica": "replica instance copy",
    "node": "node machine host vm server",
    "project": "project namespace ns",
    "platform": ("workspace cluster environment platform system infrastructure infra kubernetes k8s setup stack"),
    "workspace": "workspace",
    "alert": "alert alarm warning incident",
    "log": "log stacktrace traceback stderr stdout",
    "event": "event",
    "cpu": "cpu processor core",
    "memory": "memory ram mem",
    "resource": "resource compute utilization utilisation usage consumption",
    "load": "load traffic demand",
    "metric": "metric",
    "status": "status health state condition overview summary rundown situation report",
    "problem": "problem issue error exception failure fire outage crash trouble fault bug timeout",
    "performance": "performance latency throughput bottleneck slowness slowdown lag p95 p99 p50 rps qps",
    "time_noun": "response",
    "cost": "cost spending bill billing budget expense price expenditure invoice money",
    "optimization": "optimization optimisation improvement efficiency recommendation saving",
    "request_noun": "request limit",
    "anomaly": "anomaly outlier",
    "forecast": "forecast prediction trend capacity projection",
    "security": "security vulnerability cve posture compliance",
    "dashboard": "dashboard chart graph panel",
    "autoscale": "autoscaling auto-scaling autoscaler auto-scaler hpa autoscale auto-scale",
    "policy": "policy policies rule threshold",
    "config": "config configuration setting env variable configmap quota limit",
    "backup": "backup backups snapshot",
    "version": "version image tag",
    "network": "connectivity connection network dns connections",
    "test": "test probe",
    "diagnostic": "diagnostic diagnostics root-cause rootcause rca",
    "action": "action operation rollout task job plan",
    "action_noun": (
        "restart restarts reboot scaling scale-up scale-down scaleup scaledown upscaling downscaling "
        "rollout shutdown startup change"
    ),
    "history": "history audit timeline activity",
    "team": "team member",
    "number_noun": "number count amount total",
    "downtime": "downtime uptime availability session",
    "command": "command instruction",
}

WORDS: dict[str, str] = {
    "everything": "everything all every each whatever anything entire",
    "any": "any some",
    "unhealthy": ("unhealthy degraded bad wrong broken down unavailable sick ill red yellow dead unresponsive"),
    "failing": (
        "failing failed failed crashed crashing crashlooping crashloop crashloopbackoff broken erroring "
        "errored oomkilled flapping stuck failed hanging hung unresponsive"
    ),
    "pending": "pending unscheduled unschedulable waiting",
    "stopped": "stopped paused suspended halted offline inactive disabled",
    "healthy": "healthy ok okay fine alright good well green alive ready operational available available",
    "running": "running up live online serving active started",
    "not_ready": "notready unready",
    "firing": "firing fired",
    "slow": "slow slowly sluggish laggy slower unresponsive",
    "high": "high higher highest spiking spike above over exceeds exceeding exceed",
    "low": "low under below",
    "more": "more additional extra another further",
    "less": "fewer less",
    "most": "most top highest biggest largest heaviest",
    "expensive": "expensive pricey cheap cheaper cheapest costly monthly",
    "unusual": "unusual strange weird abnormal odd suspicious anomalous",
    "secure": "secure insecure vulnerable exposed safe",
    "waste": (
        "waste wasted overprovisioned over-provisioned underused underutilized underutilised idle oversized unused"
    ),
    "recent": "recent recently latest last past since yesterday previous previously earlier",
    "later": (
        "tomorrow tonight later midnight noon monday tuesday wednesday thursday friday saturday sunday "
        "nightly daily hourly weekly weekend morning evening afternoon o'clock midday soon eventually periodically "
        "regularly"
    ),
    "now": "now immediately asap currently right moment instantly today present",
    "again": "again back",
    "up": "up upward upwards",
    "down": "down downward downwards",
    "off": "off offline",
    "on": "on online",
    "if": "if unless whenever once until when after before while whether provided assuming",
    "not": "not never no without nor neither none",
    "instead": "instead rather only just",
    "except": "except excluding but besides",
    "wh": "what which who whom whose where when why how",
    "aux": (
        "is are was were am do does did has have had can could will would should shall may might must be "
        "been being need needs needed"
    ),
    "modal": (
        "should must might may shall ought maybe perhaps think guess believe suppose probably consider "
        "considering wonder wondering worth needs supposed wise sensible recommended safe allowed "
        "possible risky dangerous"
    ),
    "past_aux": "was were did has had have been got",
    "pronoun": "it that this them those these they its their",
    "self": "i we me my our us you your mine",
    "polite": "please pls plz kindly thanks thank",
    "twice": "twice",
    "half": "half",
    "factor": "factor times multiple",
    "percent": "percent",
    "replicas_word": "replicas replica instances instance pods pod copies copy containers brokers broker",
    "progress": (
        "progress done finished complete completed ready over going far along work worked eta succeeded "
        "through successful"
    ),
    "greet": "hi hello hey greetings howdy hiya yo hallo",
    "thank": "thanks thank thx ty cheers appreciated appreciate",
    "bye": "bye goodbye cya farewell",
    "yes": (
        "yes yep yeah yup sure ok okay confirm confirmed affirmative proceed absolutely definitely y "
        "correct agreed approve approved"
    ),
    "no": "no nope nah n deny denied decline negative neither none cancel",
    "help": "help capabilities capability commands abilities features feature assist",
    "fewer": "fewer less",
    "root": "root cause causing causes reason",
    "whole": "things everything anything something stuff",
    "spending": "spending",
    "because": "because since due cause as",
    "tell_kind": (
        "runbook docs documentation boss manager colleague he she they someone somebody team alice bob "
        "everyone article playbook ticket message vendor support says said told asked according"
    ),
}

FILLER = (
    "a an the to of in on at by for from with into onto about as and or then so than also too just there "
    "here this that these those i we me my our us you your he she they them it its his her their who "
    "whom be been being am is are was were do does did done doing has have had having can could will "
    "would should shall may might must need needs get got getting let lets go goes going come make makes "
    "made want wants wanted like likes please pls plz kindly well hey ok okay yes no not never what "
    "which where when why how if unless while until because since but except only even still yet already "
    "ever always often sometimes really very quite much many more most few less lot lots bit little some "
    "any all every each both either neither one ones other others same such own time times thing things "
    "way ways kind sort right now today yesterday currently actually basically simply quickly maybe "
    "perhaps again back up down out off over under between around through during within without against "
    "per via vs long far near high low good better best bad worse new old first last next big small "
    "different several able sure give gives given take takes took put puts keep keeps kept look looks "
    "looking see know knows think mean means seem seems thinking would-be else instead rather whole "
    "entire there's anyone someone somebody anybody nobody everyone mind possible chance wait sorry oh "
    "um uh hmm guys mate sir bot assistant hexaops help helps user users using used use uses thanks "
    "happened happens happening question questions ask asking moment minute minutes hour hours day days "
    "week weeks month months night second seconds itself himself myself ourselves yourself exactly "
    "properly correctly normal normally usual usually current later soon off-hours sudden suddenly "
    "completely totally literally honestly bring brings etc eg ie month's asap open overnight unable "
    "unsure aware kubectl fine two three four five six seven eight nine ten eleven twelve twenty thirty "
    "forty fifty hundred thousand million zero couple dozen half twice percent factor fast faster quick "
    "breakdown break custom monitoring information info detail details line lines text safely gracefully "
    "carefully rolling rolled immediate concern concerned worried following lose data automatically "
    "effect impact affect affects affected risk risks involved needed left full part fully deal matter "
    "matters"
)

FOREIGN = (
    "weather rain raining sunny snow forecast-weather joke jokes poem song sing music movie movies film "
    "recipe cook pizza restaurant football soccer game score president capital country city language "
    "translate french spanish german english essay story novel book flight hotel travel ticket-holiday "
    "bitcoin stock stocks crypto love life mother father mom dad wife husband career relationship dog "
    "dogs cat cats birthday christmas holiday python java javascript function quicksort sorts homework "
    "math moon sun planet dinner lunch breakfast eat coffee phone car bus train news email meeting "
    "calendar remind doctor weight painted tower tall alphabet dragon shop amazon order mountain fish "
    "play playing buy stale sale note notes lost loss host-family alter stress pasta write wrote prompt "
    "previous- instructions state-of-the-art price-of-gold place places space share shape"
)

IRREGULAR: dict[str, tuple[str, str]] = {
    "shut": ("shutting", "shut"), "shutdown": ("shuttingdown", "shutdown"), "stop": ("stopping", "stopped"),
    "bring": ("bringing", "brought"), "take": ("taking", "taken"), "set": ("setting", "set"),
    "put": ("putting", "put"), "cut": ("cutting", "cut"), "grow": ("growing", "grown"), "give": ("giving", "given"),
    "make": ("making", "made"), "run": ("running", "ran"), "undo": ("undoing", "undone"), "do": ("doing", "done"),
    "cancel": ("cancelling", "cancelled"), "get": ("getting", "got"), "see": ("seeing", "seen"),
    "tell": ("telling", "told"), "spin": ("spinning", "spun"), "wind": ("winding", "wound"),
    "say": ("saying", "said"), "spend": ("spending", "spent"), "pay": ("paying", "paid"), "find": ("finding", "found"),
    "build": ("building", "built"), "break": ("breaking", "broken"), "drop": ("dropping", "dropped"),
    "read": ("reading", "read"), "know": ("knowing", "known"), "wake": ("waking", "woken"),
    "grep": ("grepping", "grepped"), "scan": ("scanning", "scanned"), "die": ("dying", "died"),
    "ship": ("shipping", "shipped"), "write": ("writing", "written"), "eat": ("eating", "eaten"),
    "hog": ("hogging", "hogged"), "setup": ("settingup", "setup"), "refrain": ("refraining", "refrained"),
    "omit": ("omitting", "omitted"), "skip": ("skipping", "skipped"), "try": ("trying", "tried"),
    "park": ("parking", "parked"), "diagnose": ("diagnosing", "diagnosed"), "reset": ("resetting", "reset"),
}  # fmt: skip

PHRASES: dict[str, str] = {
    "except": "other than|apart from|aside from|with the exception of",
    "restart": (
        "roll restart|rolling restart|rollout restart|power cycle|turn off and on again|stop and start|"
        "stop then start|hard reboot|soft restart"
    ),
    "start": (
        "spin up|fire up|bring up|turn on|switch on|power on|start up|boot up|wake up|bring back|"
        "bring back up|bring online|put online|take online|bring back online|turn back on|start again|"
        "power up"
    ),
    "stop": (
        "shut down|turn off|switch off|power off|take down|bring down|take offline|spin down|wind down|"
        "shut off|put to sleep|power down|stop down|pull the plug on|take out of service"
    ),
    "undo": (
        "roll back|rolled back|rolling back|rolls back|roll it back|roll that back|roll this back|"
        "roll them back|back out|put back|put it back|take back|go back to|switch back"
    ),
    "off": "out of service|out of action|out of operation|to sleep",
    "scale_up": "scale up|scale out|size up|ramp up|scale upwards",
    "scale_down": "scale down|scale in|size down|ramp down|scale back|cut down|dial down",
    "how_many": "how many|number of|count of|how much of",
    "what_if": "what if|what would happen|what happens|what will happen|what could happen",
    "how_to": (
        "how to|how do i|how do you|how do we|how does one|how can|how could|how would|how should|"
        "way to|steps to|command to|command for|instructions for"
    ),
    "how_is": ("how is|how are|how does|how do|what is up with|what is going on|how things are|going on|what is with"),
    "diagnose": (
        "root cause|what is wrong|what went wrong|not working|help debug|cause of|help me debug|"
        "keeps crashing|keep crashing|keeps failing|keep failing|keeps restarting|keep restarting|"
        "does not work|do not work|can not reach|can not connect|health checks|health check|"
        "does not start|will not start|is not responding|does not respond|goes wrong|stopped working|"
        "stopped responding|stopped serving|stops working|stops responding"
    ),
    "light": "kick off|carry out",
    "deploy": "roll out",
    "delete": "get rid of|take out of the cluster",
    "show": "give me|get me|let me see|pull up|bring me|give us|want to see|like to see|need to see",
    "slow": ("taking ages|takes ages|take ages|taking forever|takes forever|load forever|loads forever|went up"),
    "backup": "back up|backing up|backed up",
    "log": "log lines|log line|log entries|stack trace|stack traces|log messages",
    "not_ready": "not ready|not healthy|not running|not ok|not fine|not available",
    "autoscale": (
        "auto scaling|auto scale|auto scaler|scale automatically|automatically scale|scaling policies|scaling policy"
    ),
    "performance": (
        "response time|response times|running slow|running slowly|slow down|slowed down|takes so long|"
        "taking so long|error rate|so slow|too slow"
    ),
    "notify": ("alert me|notify me|warn me|let me know when|page me|tell me when|alert us|notify us|ping me"),
    "progress": "any update|any updates|any news|any progress|go through|gone through",
    "healthy": (
        "good shape|without problem|without issue|without error|without any problem|without any issue|"
        "without any error|free of problem|free of error"
    ),
    "unhealthy": "bad shape",
    "exhaust": "run out|runs out|running out|fill up|run low",
    "forecast": "next week|next month|next days|next year|will we need|how long until|capacity planning",
    "help": (
        "what can you|what do you do|who are you|what are you|what can i ask|can i ask|could i ask|"
        "sort of things|kind of things|kinds of things|kind of questions|how can you help|"
        "how do i use you|what can i do|what do you know|how old are you|are you human|are you a human|"
        "are you a bot|are you a robot|are you an ai|"
        "what is your name|what are your|help me|what else can you|how do you work|"
        "what are my options"
    ),
    "greet": "good morning|good afternoon|good evening|good day|what is up",
    "bye": "see you|good bye|good night|talk to you later|see ya",
    "yes": ("do it|go ahead|go for it|sounds good|make it so|do that|yes please|that is right|looks good|lets do it"),
    "if": "in case|as soon as|as long as|so long as|in the event|every time|each time|the moment",
    "now": "as soon as possible|right away|right now|straight away|at once",
    "deny": (
        "never mind|nevermind|forget it|forget that|no thanks|no thank you|scratch that|leave it|no way|"
        "cancel that request|hold on|drop it|forget about it|i changed my mind|changed my mind|no wait|"
        "just kidding"
    ),
    "optimize": "cut waste|fewer resources|less resources|right size|save resources|better use",
    "savings": "save money|cut costs|reduce costs|reduce cost|lower costs|reduce spending|lower the bill",
    "maintain": "maintenance mode|under maintenance",
    "everything": "the whole lot",
    "pronoun": "all of them|both of them|all of it|each of them|both of these|all of these|all of those",
    "recently": (
        "in the last|over the last|in the past|during the last|over the past|for the last|of the last|"
        "within the last|last few"
    ),
}


class Entry(Struct, frozen=True):
    """A known word: its tags, and per verb tag the forms it can have (base, s, ing, past)."""

    tags: frozenset[str]
    forms: frozenset[str]
    lemma: str = ""


def _verb_forms(base: str) -> list[tuple[str, str]]:
    if base in IRREGULAR:
        progressive, past = IRREGULAR[base]
    elif base.endswith("e"):
        progressive, past = base[:-1] + "ing", base + "d"
    else:
        progressive, past = base + "ing", base + "ed"
    third = base + ("es" if base.endswith(("s", "x", "ch", "sh", "o")) else "s")
    return [(base, "base"), (third, "s"), (progressive, "ing"), (past, "past")]


def _plurals(noun: str) -> tuple[str, ...]:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return (noun, noun[:-1] + "ies")
    return (noun, noun + ("es" if noun.endswith(("s", "x", "ch")) else "s"))


def _add_plain_words(tags: dict[str, set[str]]) -> None:
    """Words of phrases and foreign words, where they are not known yet."""
    for phrases in PHRASES.values():
        for word in phrases.replace("|", " ").split():
            tags.setdefault(word, {"everyday"})
    for word in FOREIGN.split():
        tags.setdefault(word, set()).add("foreign")


def build_entries() -> dict[str, Entry]:
    """All known words with their tags and forms."""
    tags: dict[str, set[str]] = {}
    forms: dict[str, set[str]] = {}
    lemmas: dict[str, str] = {}
    for tag, bases in VERBS.items():
        for base in bases.split():
            for word, form in _verb_forms(base):
                tags.setdefault(word, set()).add(tag)
                forms.setdefault(word, set()).add(form)
                lemmas.setdefault(word, base)
    for tag, nouns in NOUNS.items():
        for noun in nouns.split():
            for word in _plurals(noun):
                tags.setdefault(word, set()).add(tag)
                lemmas.setdefault(word, noun)
    for tag, words in WORDS.items():
        for word in words.split():
            tags.setdefault(word, set()).add(tag)
    for word in FILLER.split():
        tags.setdefault(word, set()).add("filler")
    _add_plain_words(tags)
    shared: dict[frozenset[str], frozenset[str]] = {}  # most words have no form, and many the same tags

    def one_of(texts: Iterable[str]) -> frozenset[str]:
        found = frozenset(texts)
        return shared.setdefault(found, found)

    return {
        word: Entry(one_of(found), one_of(forms.get(word, ())), lemmas.get(word, word)) for word, found in tags.items()
    }


KEEPS_FAILING = ("keep crashing", "keep failing", "keep restarting")
"""Phrases that select by state after "that": "the pods that keep crashing"."""
ENTRIES = build_entries()
EMPTY = Entry(frozenset(), frozenset())
EVERYDAY = Entry(frozenset({"everyday"}), frozenset())
"""An English word without a meaning of its own here."""
SPEECH_TAGS = word_set(
    "filler foreign everyday wh aux modal past_aux pronoun self polite if not instead except "
    "any yes no greet thank bye again now later up down on off in light say try because more less fewer "
    "half twice factor percent everything whole particle assign use create how_is happen go high low "
    "recent respond progress healthy root tell_kind team avoid number_noun save add remove time_noun "
    "show good test command help complete most"
)
"""Tags that alone say nothing about the platform."""


def _phrase_table() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for tag, phrases in PHRASES.items():
        for phrase in phrases.split("|"):
            words = tuple(phrase.split())
            table.setdefault(words[0], []).append((words, tag))
    for options in table.values():
        options.sort(key=lambda option: -len(option[0]))
    return table


PHRASE_TABLE = _phrase_table()
"""First word → phrases that begin with it, longest first."""
