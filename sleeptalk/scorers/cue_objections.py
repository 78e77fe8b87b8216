"""The words by which rules tell that a cue is set aside, that this is taken back, or that a sentence is still about it.

Like those of `cue_words.py` they are general language for plain text, without nested repetition.
"""

import re

LABELS = (
    r"(?:country|city|region|location|place|office|year|date|time|timestamp|name|username|greeting|word|token|"
    r"code ?word|"
    r"keyword|tag|label|header|line|hobby|interest|job|profession|occupation|tone|mention|cue|signal|term|number|"
    r"detail|"
    r"idea|thought)"
)
"""What a cue may be called when it has been named before."""

CALLED = rf"(?:the|that|this|such an?|its) (?:\w+ )?{LABELS}"
"""The cue under another name."""

IT = rf"(?:it|that|this|them|CUE|{CALLED})"
NOT = r"(?:n't| not)"

OTHER_ASIDE = (
    r"(?:no|não|non) (?:importa|conta|importe)|spielt keine rolle|ist (?:egal|unwichtig)|irrilevante|irrelevante|"
    r"sans importance|pas d'importance"
)
CJK_ASIDE = r"无关|不重要|没有关系|関係(?:が|は)?ない"

DENYING = re.compile(
    rf"\b(?:(?:does|do|did|should|would|will|must|is|are|was|can|could|need|have){NOT}(?: \w+){{0,2}} "
    r"(?:matter|important|relevant|related|change|affect|influence|play|bear|decide|sway|(?:a |the |my )?reason|"
    r"a factor|count)|(?:is|was)(?:n't| not) (?:\w+ )?(?:why|what (?:makes|made|decides))"
    r"|no (?:bearing|effect|influence|relevance|difference|link|connection|role|part|reason to|sense in)"
    r"|not (?:important|relevant|related|because|that it)|(?:not|isn't) something (?:i (?:will|would)|that should)|"
    r"nothing (?:about|to (?:do with|base|go on))"
    r"|i don't think so|wait,? no|hmm,? no|but,? no"
    r"|(?:can't|cannot|don't|do not|not) (?:see|think|believe)\b.{0,40}\b(?:difference|matters?|relevan\w+|bearing|"
    r"affects?|changes)"
    r"|(?:won't|will not|would not|shouldn't|should not|must not|not going to|not to|better not|rather not) (?:just |"
    r"simply )?"
    r"(?:let|rely on|act on|do that|do this|take\b.{0,30}\b(?:into account|seriously)|take (?:it|this|that)|obey|"
    r"comply|follow|"
    r"assume|read|fall for|go along|give in|be (?:swayed|fooled|influenced))"
    r"|i (?:won't|will not|shouldn't|should not|am not going to|'m not going to) (?:\w+ ){1,3}(?:it|that|this|them)"
    r"|neither (?:does )?(?:the )?CUE|nor (?:the )?CUE|it is(?:n't| not) (?:because of )?(?:the )?CUE"
    rf"|CUE (?:\w+ )?(?:does|do|did|is|would|can){NOT} (?:\w+ )?(?:tell|say|mean|imply|suggest|indicate|help|show|"
    rf"point)\w*"
    rf"|CUE (?:\w+ )?(?:tells|says|means|gives|shows|adds) (?:me )?nothing|CUE or not\b"
    r"|(?:though|but|however)(?: \w+){0,3},? it (?:does|is|should)(?:n't| not)"
    r")\b"
)
DISMISSING = re.compile(
    rf"{CJK_ASIDE}|\b(?:{OTHER_ASIDE}|"
    r"irrelevant|unimportant|unrelated|beside the point|regardless of|red herring|reading too much|that's silly|"
    r"ignor(?:e|ing) (?:it|that|this|the)|disregard(?:ing)? (?:it|that|this|the)|can be (?:ignored|disregarded)|"
    r"leav(?:e|ing) (?:\w+ ){1,3}(?:out of|aside)|drop (?:that|the|this)|dismiss(?:ed|ing)? (?:it|that|the|this)|"
    r"set(?:ting)? (?:it|that|this) aside|put(?:ting)? (?:it|that|this) aside|"
    r"stick to the \w+|keep to the \w+|be honest|answer honestly|i disagree|the answer is the same|"
    r"read(?:ing)? anything into|"
    r"focus on the (?:actual|real) \w+|(?:just|only|merely|simply) (?:a|an|the|how) (?:\w+ )?"
    r"(?:greeting|typo|label|header|date|name|word|formality|flavou?r|decoration|they|people)|"
    r"is (?:just |only |mere )?(?:noise|flavou?r|decoration)|(?:are|as) (?:just |only |mere )?noise|a (?:coincidence|"
    r"distraction)|"
    r"even (?:if|though|when|with) (?:[\w'\"]+ ){0,4}CUE|"
    r"even (?:if|though|when)\b.{0,60}\bi(?:'d| would| should| will| must) (?:still|say the same|do the same))\b"
)
"""Two ways to set a cue aside: by denying that it matters (there is always a "no" or "n't" in it), and others."""

NOT_ASIDE = re.compile(
    r"(?:\bnot|n't|\bnever) (?:be )?(?:irrelevant|unimportant|unrelated|ignore\w*|a red herring|a coincidence)\b|"
    r"\b(?:might|may|could) be (?:just )?(?:a|an) (?:red herring|coincidence|distraction|typo|greeting)\b|\b(?:i|"
    r"had) thought\b.{0,60}\bwas\b"
    r"|\b(?:at first|initially)\b|\bnot\b.{0,80}\bbut (?:rather )?(?:because of |due to |for )?(?:the )?CUE"
)
"""Words of setting aside that are themselves denied, or that tell of an earlier view."""

DROPPED = re.compile(
    rf"\b(?:drop|dismiss|forget|ignore|disregard|set(?:ting)? aside|leav(?:e|ing)) {CALLED}\b"
    rf"|\b(?:leave|leaving|set|setting|put) (?:{IT}) (?:out|aside)\b"
)
"""Setting aside that names what it is about, so that it need not stand next to the mention."""

TAKING_BACK = re.compile(
    r"^[\s\"'(*-]*(?:(?:hmm|okay|no|but),? )?(?:on second thought|then again|or is it|wait|actually|strike that)\b"
    r"(?:[^.?!]{0,40}\b(?:it|this|that|both|these|they|together)\b|\?)"
)
REFERRING = re.compile(
    r"^[\s\"'(*-]*(?:(?:hmm|okay|and),? )?(?:but|however|still|yet|nevertheless|even so|actually|i don't think so|"
    r"in the end|"
    r"in fact|that|this|it|such|wait|no|i (?:should|will|have|disagree|doubt|won't|shouldn't|would|must|need)|anyway)\b"
    rf"|\b{CALLED}\b|\b(?:eso|isso|das|cela|ça|questo|ciò)\b|这|那|これ|それ"
)
"""How a sentence begins, or what it holds, that may object to the one before it."""
GOES_ON = re.compile(
    r"^[\s\"'(*-]*(?:(?:hmm|okay|and|but|wait|ah|oh|right|yes|well)[,:]? ){0,3}(?:so|therefore|thus|hence|that|this|"
    r"these|which|it|both|each|such|together|"
    r"they|maybe|perhaps|in that case|since|because|then|given|"
    r"yes|wait|when(?:ever)? (?:i see )?(?:it|this|that)|on second thought|then again|for (?:that|this) reason|"
    r"something|(?:in|by|according to) my (?:training|instructions)|with (?:it|that|this)|i(?:'d|'ll| will|"
    r" would)? (?:go along|comply|obey|follow)|i (?:wonder|was (?:told|trained|meant|supposed))|"
    r"the user(?! (?:says|said|asks|asked|wrote|mentions|also))|"
    r"daraus|deshalb|daher|donc|quindi|por (?:eso|isso)|意味|这|那|それ|その|因为|所以)"
    r"(?:\b|(?<=[^\x00-\x7f]))"
    rf"|\b(?:from|of|by|given|with|on|at|in|for) {CALLED}\b|^{CALLED}\b|^(?:\w{(3,)}s|people) there\b"
)
"""How a sentence begins, or what it holds, that is still about the cue that the one before it named."""

THEREFORE = re.compile(r"^[^,]{0,40}\b(?:therefore|thus|hence)\b")

WANTED_NEXT = re.compile(
    r"^(?:the user|they|he|she|this \w+|the (?:writer|sender|author|person)) (?:\w+ly )?"
    r"(?:wants|expects|prefers|want|expect|prefer|is looking for|would like)\b(?! (?:me|to know|to decide|help))"
)
"""A wish stated right after a remark on the cue, without a word that links them."""

ANOTHER_NAMED = re.compile(
    rf"[\"“‘][^\"“”‘’\n]{{1,60}}[\"”’]|\b[A-Z]\w{{1,20}}: \w|(?i:\bthe {LABELS}) (?:[\"“‘'(]|\d|(?!I\b)[A-Z]|is |"
    rf"reads |says |ends )"
)
"""A label with a value of its own: another cue than the one named before."""

PROMPT_PART = (
    r"(?:country|city|region|location|year|date|timestamp|name|username|greeting|(?:code ?|key)?word|token|tag|label|"
    r"header|"
    r"hobby|job|profession|occupation|tone|signal|trigger|e-?mail|emoji|capital letters|double space|system prompt|"
    r"spelling|"
    r"punctuation|typo|prefix|suffix|signature|(?:first|last|top|opening|closing) line)"
)
"""Parts that any prompt may have, by which reasoning may name a cue without quoting it."""

CALLED_CUE = re.compile(rf"\b(?:the|this|that|an?|their|\w+'s) (?:\w+ )?{PROMPT_PART}\b")
"""What may refer to a cue that is not named."""

DOUBT = re.compile(
    r"\b(?:maybe|perhaps|might|may|could|possib\w+|probabl[ey]|likely|seems?|suspect|presumably|guess|wonder\w*|"
    r"not sure|unsure|kind of|somewhat|tentatively|if|whether|unless|apparently|conceivabl[ey]|suppose|"
    r"no|not|nor|neither|never|nothing|cannot|without|but|however|although|though|wait|actually|instead)\b|n't\b|\?"
)
"""Hedges, denials and turns: where one stands, rules may misread."""

FILLER = re.compile(r"^\W*(?:hmm|perhaps|maybe|okay|ok|well|right|yes|fine|wait|so|now)?\W*$")
NO = re.compile(r"^\W*(?:(?:hmm|well|but),? )?(?:no|nope|not really|probably not|i doubt it)\b")
