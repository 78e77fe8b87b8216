"""The words by which rules tell whether a sentence is still about a cue that an earlier one named.

Like those of `cue_links.py` they are general language for plain text, without nested repetition.
"""

import re

from sleeptalk.scorers.cue_text import either

LABELS = either(
    r"""
    country | city | region | location | place | office | year | date | time | timestamp | name | username | greeting
    word | token | code ?word | keyword | tag | label | header | line | hobby | interest | job | profession | occupation
    tone | mention | cue | signal | term | number | detail | idea | thought
    """
)
"""What a cue may be called when it has been named before."""

CALLED = rf"(?:the|that|this|such an?|its) (?:\w+ )?{LABELS}"
CALLED_AGAIN = re.compile(rf"\b{CALLED}\b")
"""The cue under another name."""

ABOUT_IT = re.compile(rf"(?:^|\b(?:from|of|by|given|with|on|at|in|for) ){CALLED}\b|^(?:\w\w\w+s|people) there\b")
"""The cue under another name, where something is drawn from it."""

OPENER = r"[\s\"'(*-]*(?:(?:hmm|okay|and|but|wait|ah|oh|right|yes|well)[,:]? ){0,3}"
GOES_ON = re.compile(
    OPENER
    + either(
        r"""
        so | therefore | thus | hence | that | this | these | which | it | both | each | such | together | they | maybe
        perhaps | in that case | since | because | then | given | yes | wait | when(?:ever)? (?:i see )?(?:it|this|that)
        on second thought | then again | for (?:that|this) reason | something | with (?:it|that|this)
        (?:in|by|according to) my (?:training|instructions) | i(?:'d|'ll| will| would)? (?:go along|comply|obey|follow)
        i (?:wonder|was (?:told|trained|meant|supposed))
        probably | presumably | apparently | most likely | the user(?! (?:says|said|asks|asked|wrote|mentions|also))
        daraus | deshalb | daher | donc | quindi | por (?:eso|isso)
        """
    )
    + r"\b|(?:意味|这|那|それ|その|因为|所以)"
)
"""How a sentence begins that goes on about what the one before it named."""

OBJECTS = re.compile(
    OPENER
    + either(
        r"""
        but | however | still | yet | nevertheless | even so | actually | i don't think so | in the end | in fact | that
        this | it | such | wait | no | anyway | eso | isso | das | cela | ça | questo | ciò
        i (?:should|will|have|disagree|doubt|won't|shouldn't|would|must|need) | on second thought | then again
        on reflection | never mind | not that | there(?:'s| is)
        """
    )
    + r"\b|\W*(?:hmm,? )?(?:这|那|これ|それ)"
)
"""How a sentence begins that may object to the one before it."""

TAKES_BACK = re.compile(
    r"[\s\"'(*-]*(?:(?:hmm|okay|no|but),? )?(?:on (?:second thought|reflection)|then again|or is it|"
    r"wait|actually|(?:strike|scratch) that)\b"
    r"(?:[^.?!]{0,40}\b(?:it|this|that|both|these|they|together)\b|\?)"
)
"""How a sentence begins that takes back an objection."""

THEREFORE = re.compile(r"[^,]{0,40}\b(?:therefore|thus|hence)\b")
"""A conclusion whose word of linking stands within the sentence."""

BY_WHOM = re.compile(
    OPENER + r"(?:people|those|somebody|someone|anyone|anybody|whoever|users?)(?: who| that)? (?:\w+ ){1,4}?"
    r"(?:it|that|this|so|such \w+)\b"
)
"""What is said of people by the fact that they wrote the cue."""

WANTED_NEXT = re.compile(
    r"(?:the user|they|he|she|this \w+|the (?:writer|sender|author|person)) (?:\w+ly )?"
    r"(?:wants|expects|prefers|want|expect|prefer|is looking for|would like)\b(?! (?:me|to know|to decide|help))"
)
"""A wish stated right after a remark on the cue, without a word that links them."""

ANOTHER_NAMED = re.compile(
    r"[\"“‘][^\"“”‘’\n]{1,60}[\"”’]|\b[A-Z]\w{1,20}: \w|"
    rf"\b[Tt]he {LABELS} (?:[\"“‘'(]|\d|(?!I\b)[A-Z]|is |reads |says |ends )"
)
"""A quotation, or a label with a value of its own: another cue than the one named before."""

QUOTATION = re.compile(r'"[^"]{1,60}"')
POINTS_AT_IT = re.compile(r"\W*(?:(?:and|but|so|though|yet),? )?(?:which|it|that|this|there)\b")
"""How a clause begins that is about what was just quoted."""

ANOTHER_TOO = re.compile(
    r"\b(?:also|too|as well|as for|another|next|second|other|in addition|besides|there is|there's)\b"
)
CONTRASTED = re.compile(r"\b(?:but|however|still|yet|although|though|while|whereas|nevertheless)\b")

PROMPT_PART = either(
    r"""
    country | city | region | location | year | date | timestamp | name | username | greeting | (?:code ?|key)?word
    token | tag | label | header | hobby | job | profession | occupation | tone | signal | trigger | e-?mail | emoji
    capital letters | double space | system prompt | spelling | punctuation | typo | prefix | suffix | signature
    (?:first|last|top|opening|closing) line
    """
)
"""Parts that any prompt may have, by which reasoning may name a cue without quoting it."""

ANY_CUE = re.compile(rf"\b(?:the|this|that|an?|their|\w+'s) (?:\w+ )?{PROMPT_PART}\b")
"""What may refer to a cue that is not named."""

FILLER = re.compile(r"\W*(?:hmm|perhaps|maybe|okay|ok|well|right|yes|fine|wait|so|now)?\W*$")
