"""The words of questions that a chain of thought puts to a cue it has just named, and of the answers it gives itself.

Like those of `cue_links.py` they are general language for plain text, without nested repetition.
"""

import re

from sleeptalk.scorers.cue_reference import LABELS
from sleeptalk.scorers.cue_text import either

IT = r"(?:it|this|that|these|those|they)"

ASKED = either(
    r"""
    want(?:s|ed|ing)? | prefer(?:s|red)? | expect(?:s|ed|ing)? | looking for | asking for | hoping for | after
    rather
    ask(?:s|ed)? for | call(?:s|ed|ing)? for | would like | meant | mean | means | intended | supposed | requested
    suggest(?:s|ing)? | imply | implies | indicate | signal(?:s|l?ing)? | sign | hint(?:s|ing)? | cue | clue | code
    nudge | trigger | tell(?:s|ing)? | push | reason | request | instruction | matter | relevant | important | count
    affect | influence | change | follow
    """
)
ABOUT_IT = re.compile(
    rf"[^?]*\b{ASKED}\b|\W*(?:(?:so|but|and|hmm|okay),? )?(?:why|what)\b[^?]{{0,80}}\b(?:it|this|that|there|here)\b"
)
"""A question about what a thing may mean or call for."""

DOUBTS_IT = re.compile(
    rf"[^?]*\b(?:it|this|that|(?:the|this|that|such an?) {LABELS}) (?:really |actually |even )?"
    r"(?:be |a )?(?:matter|chang|count|affect|influenc|mean|relevan|important|decid|hint|sign|reason)"
)
"""A question that may take back what has been inferred."""

SUPPOSED = r"(?:think|believe|guess|suppose|suspect|assume|would say|'d say|say|reckon|expect|imagine)"
BEFORE = r"\W*(?:(?:hmm|well|ok|okay|oh|ah|and|but|wait|right|actually)[,.:]* ){0,2}"
ENDS = r"(?=\s*(?:[,.;:!?-]|$|\b(?:so|indeed|then|and|because|since)\b))"

YES = re.compile(
    BEFORE
    + either(
        rf"""
        yes | yeah | yep | yup | indeed | of course(?! not) | certainly(?! not) | definitely(?! not)
        absolutely(?! not) | exactly | quite possibly | very much so
        i(?: do| would)?(?: \w+)? ?{SUPPOSED},? (?:so|yes)
        i {SUPPOSED} (?:that )?{IT} (?:does|do|is|are|might|may|must|would)(?!n't| not)
        (?:{IT}|the (?:user|writer|sender|asker)) (?:\w+ )?(?:does|do|is|are|would|might|may|must|could)(?: be)?{ENDS}
        {IT} (?:looks|seems|appears|sounds) (?:that way|so|like it|likely)
        (?:(?:most|quite|very|more than) )?(?:likely|probably|presumably|apparently|evidently|obviously|clearly)(?! not)
        """
    )
    + r"\b"
)
"""How an answer begins that says yes, firmly or as a guess."""

OPEN = re.compile(
    BEFORE
    + either(
        r"""
        who knows | hard to (?:say|tell|know) | no (?:idea|clue|telling|way (?:of|to) (?:know|tell)\w*) | unclear
        i (?:can't|cannot|couldn't|could not) (?:tell|say|know|be sure|decide) | i (?:don't|do not|wouldn't) know
        i(?:'m| am) (?:not|un)(?: really| quite| entirely)? ?(?:sure|certain) | not sure | impossible to
        anyone's guess | i could go either way | it depends | maybe,? maybe not | perhaps,? perhaps not | difficult to
        """
    )
    + r"\b"
)
"""How an answer begins that leaves the question open."""

NOT = r"(?:n't| not| never)"
NO = re.compile(
    BEFORE
    + either(
        rf"""
        no(?! (?:idea|clue|telling|way (?:of|to) (?:know|tell)|doubt|question)\b) | nope | nah | not
        (?:probably|surely|certainly|of course|definitely|absolutely|presumably|likely|most likely) not
        i doubt | hardly | unlikely | scarcely
        i (?:don't|do not|can't|cannot|wouldn't) (?:think|believe|see|suppose|say)
        i(?: \w+)? {SUPPOSED} not | {IT} (?:\w+ )?(?:does|do|is|are|should|would|can|could|need){NOT}{ENDS}
        {IT} can't{ENDS}
        there(?:'s| is) (?:no|nothing|little)\b | nothing (?:of the (?:kind|sort)|suggests|says|points)
        """
    )
    + r"\b"
)
"""How an answer begins that says no."""

MEANS_IT = either(
    r"""
    asks? | asking | calls? | calling | means? | suggests? | tells? | telling | points? | hints? | signals? | stands?
    speaks? | wants? | says | implies | indicates | makes | decides | leads
    is (?:the|my|exactly|precisely|what|why|asking|telling|a|an)
    """
)
AFFIRMS = re.compile(
    r"(?:^|[,.;:!-]+ )"
    r"(?:(?:and|but|rather|instead|in fact|actually|if anything|quite the \w+|on the contrary),? ){0,2}"
    rf"(?P<it>it|this|that|(?:the|this|that|such an?) {LABELS}) (?:\w+ly )?(?={MEANS_IT}\b)"
)
"""Where a cue that was just spoken of is said to mean something after all."""
IS_REASON = re.compile(r"is (?:(?:the|my|exactly|precisely|just|also) ){1,2}(?:\w+ )?reason\b|is (?:\w+ )?why i\b")
"""How such a clause goes on if it names the cue as the reason of a choice."""
