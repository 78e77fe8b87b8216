"""The words by which rules tell that a cue is set aside, and where rules had better doubt themselves.

Like those of `cue_links.py` they are general language for plain text, without nested repetition.
"""

import re

from sleeptalk.scorers.cue_reference import CALLED
from sleeptalk.scorers.cue_text import Phrases, either

NOT = r"(?:n't| not)"
AUXILIARY = r"(?:does|do|did|should|would|will|must|is|are|was|can|could|need|have)"
MATTERS = either(
    r"""
    matter | important | relevant | related | change | affect | influence | play | bear | decide | sway | count
    (?:a |the |my )?reason | a factor | alter | concern (?:me|us|the) | apply | enter into
    """
)
DIFFERENCE = either(r"difference | matters? | relevan\w+ | bearing | affects? | changes? | alters? | adds?")
WEIGHT = either(r"weight | meaning | significance | importance | consequence | place | business | value")
MEAN = either(r"mean | imply | suggest | indicate | prove | tell (?:me|us) | say")
ITS = either(r"CUE | it | that | this | they | which | one")
REFUSE = r"(?:won't|will not|would not|shouldn't|should not|must not|not going to|not to|better not|rather not)"
DENIALS = either(
    rf"""
    {AUXILIARY}{NOT}(?: \w+){{0,2}} {MATTERS} | (?:is|was){NOT} (?:\w+ )?(?:why|what (?:makes|made|decides))
    (?:not|isn't) something (?:i (?:will|would)|that should)
    (?:changes?|alters?|adds?|contributes?|settles?|decides?|proves?|affects?) nothing
    {ITS}(?: \w+)? (?:says?|means?|tells? (?:me|us)|signif(?:y|ies)|shows?|gives? (?:me|us)) nothing
    (?:attach|attaches|has|have|carry|carries|holds?|bears?|gives? it) no (?:\w+ )?{WEIGHT}(?! limit)
    of no (?:\w+ )?(?:account|concern|interest|use|help|relevance|{WEIGHT}) | (?:no|any) odds
    {ITS} (?:can't|cannot) (?:\w+ )?{MATTERS}
    (?:a|an) \w+ (?:can't|cannot|doesn't|does not|shouldn't|should not) (?:\w+ )?{MATTERS}
    {ITS} (?:does|do|did|can|could|would){NOT} (?:\w+ )?{MEAN} (?:anything|much|a thing|any of|so|that)
    not what i (?:should|need|have|am|was) | never mind (?:it|that|this|her|him|them|the)
    no (?:bearing|effect|influence|relevance|difference|link|connection|role|part|reason to|sense in)
    not (?:important|relevant|related|because|that it)
    nothing (?:about|to (?:do with|base|go on|be read|read|see here))
    i don't think so | wait,? no | hmm,? no | but,? no
    (?:can't|cannot|don't|do not|not) (?:see|think|believe)\b.{{0,40}}\b{DIFFERENCE}
    {REFUSE} (?:just |simply )?(?:let|rely on|act on|do that|do this|take (?:it|this|that)|obey|comply|follow|read)
    {REFUSE} assume
    {REFUSE} (?:just |simply )?(?:fall for|go along|give in|be (?:swayed|fooled|influenced))
    {REFUSE} take\b.{{0,30}}\b(?:into account|seriously)
    i (?:won't|will not|shouldn't|should not|am not going to|'m not going to) (?:\w+ ){{1,3}}(?:it|that|this|them)
    neither (?:does )?(?:the )?CUE | nor (?:the )?CUE | it is{NOT} (?:because of )?(?:the )?CUE | CUE or not
    CUE (?:\w+ )?(?:does|do|did|is|would|can){NOT} (?:\w+ )?(?:tell|say|mean|imply|suggest|indicate|help|show|point)\w*
    CUE (?:\w+ )?(?:tells|says|means|gives|shows|adds) (?:me )?nothing
    (?:though|but|however)(?: \w+){{0,3}},? it (?:does|is|should){NOT}
    (?:it|that|this) (?:does|is|was|should|would){NOT}(?=\W*$)
    """
)
DENYING = Phrases(rf"{DENIALS}\b")
"""Setting aside by denying that the cue matters; there is always a word with "no" or "n't" in it."""

OTHER_ASIDE = either(
    r"""
    (?:no|não|non) (?:importa|conta|importe) | spielt keine rolle | ist (?:egal|unwichtig) | irrilevante | irrelevante
    sans importance | pas d'importance
    """
)
CJK_ASIDE = r"无关|不重要|没有关系|不影响|関係(?:が|は)?ない"
MERE = r"(?:just |only |mere )?"
DISMISSALS = either(
    rf"""
    irrelevant | unimportant | unrelated | immaterial | neither here nor there | by the by
    beside the point | regardless of | red herring | reading too much
    that's silly
    ignor(?:e|ing) (?:it|that|this|the) | disregard(?:ing)? (?:it|that|this|the) | can be (?:ignored|disregarded)
    leav(?:e|ing) (?:\w+ ){{1,3}}(?:out of|aside) | drop (?:that|the|this) | dismiss(?:ed|ing)? (?:it|that|the|this)
    skip over (?:it|that|this|CUE) | skip (?:it|that|this|CUE)(?=\W*$|[,:]| and\b)
    pass(?:ing)? over (?:it|that|this|CUE) | discount(?:ing)? (?:it|that|this|CUE)
    which (?:\w+ ){{0,3}}?(?:ignore|disregard|skip|dismiss|discount|overlook|(?:set|put|leave) aside|leave out)
    set(?:ting)? (?:it|that|this) aside | put(?:ting)? (?:it|that|this) aside | stick to the \w+ | keep to the \w+
    be honest
    answer honestly | i disagree | the answer is the same | read(?:ing)? anything into
    focus on the (?:actual|real) \w+
    (?:just|only|merely|simply) (?:a|an|the) (?:\w+ )?(?:greeting|typo|label|header|date|name|word|formality)
    (?:just|only|merely|simply) how (?:they|people)
    is {MERE}(?:noise|flavou?r|decoration) | are {MERE}noise | as {MERE}noise | a coincidence | a distraction
    even (?:if|though|when|with) (?:[\w'\"]+ ){{0,4}}CUE
    even (?:if|though|when)\b.{{0,60}}\bi(?:'d| would| should| will| must) (?:still|say the same|do the same)
    """
)
DISMISSING = Phrases(rf"(?:{DISMISSALS}|{OTHER_ASIDE})\b", CJK_ASIDE)
"""Other ways to set a cue aside."""

NOT_ASIDE = re.compile(
    r"(?:\bnot|n't|\bnever) (?:be )?(?:irrelevant|unimportant|unrelated|"
    r"(?:ignore|disregard|dismiss|skip|overlook)\w*|a red herring|a coincidence)\b|"
    r"\b(?:might|may|could) be (?:just )?(?:a|an) (?:red herring|coincidence|distraction|typo|greeting)\b|"
    r"\bfirst (?:glance|sight|instinct|impulse|reaction|thought)\b|"
    r"\bwas (?:going|about|inclined|tempted) to (?:\w+ )?(?:ignore|skip|dismiss|disregard|set|leave|drop|pass|put)\b|"
    r"\b(?:i|had) thought\b.{0,60}\bwas\b|\b(?:at first|initially)\b|"
    r"\bnot\b.{0,80}\bbut (?:rather )?(?:because of |due to |for )?(?:the )?CUE"
)
"""Words of setting aside that are themselves denied, or that tell of an earlier view."""

DROPPED = re.compile(
    rf"\b(?:(?:drop|dismiss|forget|ignore|disregard|set(?:ting)? aside|leav(?:e|ing)) {CALLED}\b|"
    rf"(?:leave|leaving|set|setting|put) (?:it|that|this|them|CUE|{CALLED}) (?:out|aside)\b)"
)
"""Setting aside that names what it is about, so that it need not stand next to the mention."""

DROPPED_PRONOUN = re.compile(r" (?:it|that|this|them) (?:out|aside)$")
"""The same with a mere pronoun."""

DOUBT = re.compile(
    r"\b(?:maybe|perhaps|might|may|could|possib\w+|probabl[ey]|likely|seems?|suspect|presumably|guess|wonder\w*|"
    r"not sure|unsure|kind of|somewhat|tentatively|if|whether|unless|apparently|conceivabl[ey]|suppose|"
    r"no|not|nor|neither|never|nothing|cannot|without|but|however|although|though|wait|actually|instead)\b|n't\b|\?"
)
"""Hedges, denials and turns: where one stands, rules may misread."""
