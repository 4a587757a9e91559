"""Words of closed classes: articles, prepositions, pronouns, auxiliaries, particles. They never say what is meant."""

from __future__ import annotations

from hexaops.assistant.understanding.normalise import word_set

SMALL = word_set(
    "a an the to of in on at by for from with and or so then also just this that these those i we me my our us you "
    "your it its they them their both each all be is are do have has get got let lets want need would could can will "
    "like please pls thanks thank now again ok okay yes yeah hey hi hello up down out back off online offline now "
    "asap immediately right away instead only everything every whole entire completely everyone than more less fewer "
    "extra additional further another number count total replica-count go going = , - : ( ) . + % here there some "
    "ones those make try once too as well same kindly if not rather without real whatever following kubectl replicas "
    "time should must possible feel better prefer appreciate love good enough any more "
    "first second third former latter other others both same nice great lovely grateful glad happy wonderful strong "
    "feet oh ah um uh hm hmm eh oops mind many plenty suffices sufficient"
)
"""Words of closed classes, and particles. They say how things hang together, not what is meant."""
LIGHT = word_set("perform trigger initiate execute issue kick carry run give put take bring set use help ahead go")
"""Verbs that say nothing but that something is to be done."""
