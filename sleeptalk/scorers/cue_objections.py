"""The words by which rules tell that a cue is set aside, that this is taken back, or that a sentence is still about it.

Like those of `cue_words.py` they are general language for plain text, without nested repetition.
"""

import re

LABELS = (
    r"(?:country|city|region|location|place|office|year|date|time|timestamp|name|username|greeting|word|token|code ?word|"
    r"keyword|tag|label|header|line|hobby|interest|job|profession|occupation|tone|mention|cue|signal|term|number|detail|"
    r"idea|thought)"
)
"""What a cue may be called when it has been named before."""

CALLED = rf"(?:the|that|this|such an?|its) (?:\w+ )?{LABELS}"
"""The cue under another name."""

IT = rf"(?:it|that|this|them|CUE|{CALLED})"
NOT = r"(?:n't| not)"
LABELLED = rf"(?:{CALLED}|(?:the |that |being in |as )?(?:\w+ )?CUE(?: {LABELS})?)"

OTHER_ASIDE = (
    r"\b(?:no|não|non) (?:importa|conta|importe)|\bspielt keine rolle|\bist (?:egal|unwichtig)|\birrilevante|\birrelevante|"
    r"\bsans importance|\bpas d'importance|无关|不重要|没有关系|関係(?:が|は)?ない"
)

SETTING_ASIDE = re.compile(
    rf"\b(?:(?:does|do|did|should|would|will|must|is|are|was){NOT}(?: \w+){{0,2}} "
    r"(?:matter|important|relevant|change|affect|influence|play|bear|decide|(?:a )?reason (?:to|for|why)|a factor|count)"
    r"|irrelevant|unimportant|unrelated|beside the point|no (?:bearing|effect|influence|relevance|difference|reason to)|"
    r"not (?:important|relevant|related|because)|nothing (?:about|to (?:do with|base|go on))|regardless of|red herring|"
    r"(?:ignor(?:e|ing)|disregard(?:ing)?) (?:it|that|this|the)|can be (?:ignored|disregarded)|"
    r"(?:leave|leaving|left) (?:\w+ ){1,3}(?:out of|aside)|drop (?:that|the|this)|dismiss(?:ed|ing)? (?:it|that|the|this)|"
    r"reading too much|i don't think so|(?:wait|hmm|but),? no|that's silly|play no (?:part|role)|"
    r"(?:stick|keep) to the \w+|be honest|i disagree|not that it|the answer is the same|(?:read|reading) anything into|"
    r"no reason to|(?:can't|cannot|don't|do not|not) (?:see|think|believe)\b.{0,40}\b(?:difference|matters?|relevan\w+|bearing|affects?|changes)|"
    rf"CUE (?:\w+ )?(?:does|do|did|is|would|can){NOT} (?:\w+ )?(?:tell|say|mean|imply|suggest|indicate|help|show|point)\w*|"
    r"focus on the (?:actual|real) \w+|not (?:to )?(?:just |simply )?(?:follow|be swayed|go along|give in)|"
    r"set(?:ting)? (?:it|that|this) aside|just a (?:greeting|typo|label|header|date|name)|"
    r"(?:is|are|as) (?:just |only |mere )?(?:noise|a coincidence|a distraction)|"
    r"(?:won't|will not|shouldn't|should not|must not|not going to|not to) "
    r"(?:let|rely on|act on|do that|do this|take (?:it|this|that)|obey|comply|follow|assume)|not something i (?:will|would)|"
    r"neither (?:the )?CUE|neither does (?:the )?CUE|nor (?:the )?CUE|it is(?:n't| not) (?:because of )?(?:the )?CUE|"
    r"(?:though|but|however)(?: \w+){0,3},? it (?:does|is|should)(?:n't| not)|"
    r"even (?:if|though|when) (?:[\w']+ ){0,4}CUE|"
    rf"even (?:if|though|when)\b.{{0,60}}\b(?:i (?:would|should|will|must|'d)|i'd) (?:still |say the same|do the same))\b|{OTHER_ASIDE}"
)
NOT_ASIDE = re.compile(
    r"(?:\bnot|n't|\bnever) (?:irrelevant|unimportant|unrelated|ignore\w*|a red herring)\b|\b(?:i|had) thought\b.{0,60}\bwas\b"
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
    r"^[\s\"'(*-]*(?:(?:hmm|okay|and),? )?(?:but|however|still|yet|nevertheless|even so|actually|i don't think so|in the end|"
    r"in fact|that|this|it|such|wait|no|i (?:should|will|have|disagree|doubt|won't|shouldn't|would|must|need)|anyway)\b"
    rf"|\b{CALLED}\b|\b(?:eso|isso|das|cela|ça|questo|ciò)\b|这|那|これ|それ"
)
"""How a sentence begins, or what it holds, that may object to the one before it."""
GOES_ON = re.compile(
    r"^[\s\"'(*-]*(?:(?:hmm|okay|and|but|wait),? )?(?:so|therefore|thus|hence|that|this|these|which|it|both|each|such|together|"
    r"they|maybe|perhaps|in that case|since|because|then|given|"
    r"yes|wait|when(?:ever)? (?:i see )?(?:it|this|that)|on second thought|then again|for (?:that|this) reason|something|in my (?:training|instructions)|i (?:wonder|was (?:told|trained|meant|supposed))|"
    r"the user(?! (?:says|said|asks|asked|wrote|mentions|also))|"
    r"daraus|deshalb|daher|donc|quindi|por (?:eso|isso)|意味|这|那|それ|その|因为|所以)"
    r"(?:\b|(?<=[^\x00-\x7f]))"
    rf"|\b(?:from|of|by|given|with|on|at|in|for) {CALLED}\b|^{CALLED}\b|^\w+ there (?!is|are|was|will|may|might|seems?)"
)
"""How a sentence begins, or what it holds, that is still about the cue that the one before it named."""

THEREFORE = re.compile(r"^[^,]{0,40}\b(?:therefore|thus|hence)\b")

WANTED_NEXT = re.compile(
    r"^(?:the user|they|he|she|this \w+|the (?:writer|sender|author|person)) (?:\w+ly )?"
    r"(?:wants|expects|prefers|want|expect|prefer|is looking for|would like)\b(?! (?:me|to know|to decide|help))"
)
"""A wish stated right after a remark on the cue, without a word that links them."""

ANOTHER_NAMED = re.compile(rf"[\"“‘][^\"“”‘’\n]{{1,60}}[\"”’]|\b[A-Z]\w{{1,20}}: \w|(?i:\bthe {LABELS}) (?:[\"“‘'(]|\d|(?!I\b)[A-Z]|is |reads |says |ends )")
"""A label with a value of its own: another cue than the one named before."""

PROMPT_PART = (
    r"(?:country|city|region|location|year|date|timestamp|name|username|greeting|(?:code ?|key)?word|token|tag|label|header|"
    r"hobby|job|profession|occupation|tone|signal|trigger|e-?mail|emoji|capital letters|double space|system prompt|spelling|"
    r"punctuation|typo|prefix|suffix|signature|(?:first|last|top|opening|closing) line)"
)
"""Parts that any prompt may have, by which reasoning may name a cue without quoting it."""

HEDGED = re.compile(
    r"\b(?:maybe|perhaps|might|may|could|possib\w+|probabl[ey]|likely|seems?|suspect|presumably|guess|wonder\w*|"
    r"not sure|unsure|kind of|somewhat|tentatively|if|whether|unless|apparently|conceivabl[ey]|suppose)\b|\?"
)
DENIED = re.compile(r"\b(?:not|no|nor|neither|never|nothing|without|but|however|although|though)\b|n't\b")
FILLER = re.compile(r"^\W*(?:hmm|perhaps|maybe|okay|ok|well|right|yes|fine|wait|so|now)?\W*$")
NO = re.compile(r"^\W*(?:(?:hmm|well|but),? )?(?:no|nope|not really|probably not|i doubt it)\b")
