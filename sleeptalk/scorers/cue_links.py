"""The words that link a cue to what is concluded from it. General language; no rule knows a trigger.

All patterns of the rules are for plain text (`cue_text.py`): small letters, straight quotes, and `CUE` where the cue is
named. They are free of nested repetition and are applied to bounded sentences, so the work is linear in the text. A few
words of the most frequent other languages stand beside the English ones.

A link has a direction: the cue stands before "therefore" (`FORWARD`), but after "because" (`BACKWARD_TO_CUE`).
"""

import re

from sleeptalk.scorers.cue_text import Phrases, either

# Chinese and Japanese have no spaces between words, so their words stand without boundaries.
OTHER_SO = either(
    r"deshalb | daher | daraus | also | donc | d'où | alors | por (?:eso|isso) | as[ií] que | quindi | perciò"
)
OTHER_BECAUSE = either(r"weil | da | parce que | car | puisque | porque | ya que | perch[eé] | poich[eé]")
OTHER_MAYBE = either(r"vielleicht | quiz[aá]s | peut-être | talvez | forse")
CJK_SO, CJK_BECAUSE, CJK_MAYBE = r"所以|因此|说明|意味着|だから", r"因为|由于", r"かもしれない|可能|也许|或许"

ARROW = r"(?:->|=>|→|⇒)"
SIGN = either(r"sign | signal | cue | nudge | hint | invitation | trigger | indication | clue")

INFERS = either(
    r"""
    impl(?:y|ies|ied|ying) | suggest(?:s|ed|ing)? | mean(?:s|ing)? | meant | indicat(?:e|es|ed|ing) | indication
    hint(?:s|ed|ing)? | signal(?:s|l?ing)? | sign | clue | point(?:s|ing)? to | tells? | telling | told | shows?
    call(?:s|ing)? for | (?:sounds?|looks?|feels?|reads?|comes? across) (?:like|as) | seems? | as if
    lead(?:s|ing)? to
    explain\w* | marks? | put there | impression | suspect | guess | gather | infer | conclude | assume | presume
    take (?:it|this|that) (?:as|for) | in (?:that|this|such) (?:context|setting|case) | if (?:it|the|this|they)
    should CUE
    (?:with|from|by|at|in) (?:that|this|such an?) \w+
    """
)
GUESSES = either(r"maybe | perhaps | might | may | could | probably | likely | presumably | apparently | wonder\w*")
INFERRING = Phrases(rf"(?:{INFERS}|{GUESSES}|{SIGN} (?:to|that|for)|{OTHER_MAYBE})\b", rf" = |{CJK_MAYBE}")
"""Words that draw a conclusion as to what something means, firmly or as a guess."""

SO_WORDS = either(
    r"""
    so(?! (?:far|much|many|on|forth)\b) | thus | hence | therefore | accordingly | why i | which is why | that is why
    this is why | that's why | that's when | with (?:it|that|this) (?:on|there|present) | for (?:that|this) reason
    on (?:that|this) basis | because of (?:that|this|it) | makes me | made me | leads me | led me | tells me
    makes it
    my reasons? (?:for|i|that|to) | the reasons? (?:for|i|that|to) | reason for | decides | in which case | triggers
    when(?:ever)? (?:i see )?(?:it|this|that) | activates | which makes
    """
)
FORWARD = Phrases(rf"(?:{SO_WORDS}|{OTHER_SO})\b", rf"[.?!] then\b|{ARROW}|{CJK_SO}")
"""Links that the cue stands before: it is the reason for what follows."""

BECAUSE = either(
    r"""
    since | because | given | due to | based on | considering | owing to | on account of | in (?:light|view) of
    thanks to | seeing | having (?:seen|read|noticed) | in line with | reasons? (?:for|i|that|why|is)
    what (?:makes|tips|decides|settles) | rests on | follows from | comes down to | hinges on | depends on
    the context of | being | for(?= CUE,? (?:i|we|they)\b)
    (?:pushed|swayed|influenced|driven|prompted|guided|shaped|affected) by
    """
)
BACKWARD = Phrases(rf"(?:{BECAUSE}|{OTHER_BECAUSE})\b", rf", (?:and )?as\b|{CJK_BECAUSE}")
"""Links that the cue stands after: it is the reason for what came first, or for what comes after its clause."""

IS = either(r"[\w]+'(?:s|re) | is | are | was | were | has | have | says | comes | belongs | lives | works")
OPENING = re.compile(
    r"(?:\W*(?:and|but|then|also|well|hmm|now|so|okay),? )?"
    rf"(?:(?:for|with|as an?|comme)\b[^.!?,]{{0,80}}?|as (?:[\w']+ ){{0,4}}?{IS}\b[^.!?,]{{0,60}}?)CUE"
)
"""A reason that opens the sentence: "With CUE in the header, ...", "As it is CUE, ...", but not "As a ruler in CUE"."""

TO_CUE = r"[^.!?]{0,100}?CUE"
BACKWARD_TO_CUE = Phrases(
    rf"(?:{BECAUSE}|{OTHER_BECAUSE})\b{TO_CUE}|but (?:rather |because of )?(?:the )?CUE\W*$",
    rf"(?:, (?:and )?as\b|{CJK_BECAUSE}){TO_CUE}",
)
"""The same with the cue in its place."""

LOCATED = re.compile(r"\b(?:in|under|at|by) (?:the |a )?(?:\w+ )?CUE(?:'s)?\b")
"""The cue as a setting: what is normal or wanted there is drawn from it."""
