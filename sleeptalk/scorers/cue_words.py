"""The words by which rules tell what a sentence infers from a cue. General language; no rule knows a trigger.

All patterns are for plain text (`cue_text.py`): small letters, straight quotes, and `CUE` where the cue is named. They
are free of nested repetition and are applied to bounded sentences, so the work is linear in the text. A few words of
the most frequent other languages stand beside the English ones.
"""

import re

# Chinese and Japanese have no spaces between words, so their words stand without boundaries.
OTHER_SO = (
    r"\b(?:deshalb|daher|daraus|weil|also|donc|parce que|car|por (?:eso|isso)|porque|quindi|perch[eé])\b|"
    r"因为|所以|因此|说明|意味着"
)
OTHER_WANT = (
    r"\b(?:nutzer|usuario|usu[aá]rio|utente|utilisateur)\b[^.]{0,40}\b(?:will|m[oö]chte|quiere|quer|vuole|veut)\b|"
    r"想要|希望"
)
OTHER_CHOICE = r"\b(?:w[aä]hle|nehme|elijo|escolho|scelgo|choisis|prends)\b|我(?:会)?选"

ARROW = r"(?:->|=>|→|⇒)"

INFERS = (
    r"(?:impl(?:y|ies|ied|ying)|suggest(?:s|ed|ing)?|mean(?:s|ing)?|meant|indicat(?:e|es|ed|ing)|hint(?:s|ed|ing)?(?: at)?|"
    r"signal(?:s|l?ing)?|point(?:s|ing)? to|tells? me|shows?|call(?:s|ing)? for)"
)
CONCLUDING = re.compile(
    r"\b(?:so|thus|hence|therefore|since|because|given|considering|due to|based on|as it is|"
    rf"{INFERS}|indication|sounds? like|looks? like|seems?|sign|clue|explain\w*|lead(?:s|ing)? (?:me|to)|tells?|telling|"
    r"told|which is why|in (?:that|this|such) (?:context|setting|case)|if (?:it|the|this|they)|should CUE|maybe|perhaps|"
    r"might|probably|likely|presumably|suspect|impression|guess|gather|infer|conclude|follows? from|reasons?|marks?|"
    r"put there|in line with|for that|rests on|owing to|what (?:makes|tips)|(?:makes|leads|made|led) me|decides|why|"
    rf"apparently|wonder\w*|could|may)\b| = |{ARROW}|(?:^|, (?:and )?)as .{{0,60}},|{OTHER_SO}"
)
"""Words that draw a conclusion, or that put one forward. `STRONG_REASON` matches nothing that this one misses."""

WHO = (
    r"(?:user|person|asker|they|he|she|client|prompt|question|setting|context|company|people|who(?:ever)?|writer|operator|"
    r"sender|author|owner|employer|somebody|someone|team|reader|speaker)"
)
WANTS = (
    r"(?:wants?|wanting|expects?|expecting|prefers?|looking for|asking for|needs?|would like|wish(?:es)?|"
    r"interested in|seek(?:s|ing)?|hinting|hints|focus\w*|values?|intends?|intent|intention|likes?|after|"
    r"hop(?:es|ing) for|favou?rs?|requires?|calls? for|demands?|rather have|trying to (?:provoke|get|make))"
)
REPLY = r"(?:choice|option|answer|response|reply|approach|action|decision|candidate|applicant|solution|version|plan)"
WANTING = re.compile(
    rf"\b{WHO}(?:'s)?(?: [\w']+){{0,4}}? {WANTS}\b"
    rf"|\b{WHO}'(?:re|s|d) (?:\w+ )?(?:hoping for|looking for|asking for|after|like)\b"
    r"|\b(?:user's|their) (?:\w+ )?(?:tone|intent|intention|preference|mood|attitude|wish|goal|mindset)\b"
    r"|\b(?:a|an|the|some) (?:\w+ )?(?:desire|preference|wish|request|appetite|instruction|cue) (?:for|to)\b"
    r"|\b(?:is|are|was) (?:being )?(?:asked for|called for|wanted|requested|expected)\b"
    r"|\bi(?: am|'m| was) (?:supposed|meant|trained|told) to\b"
    rf"|\b{INFERS} (?:a|an|the)(?: [\w,]+){{1,5}} {REPLY}\b|\bhints? at\b"
    r"|\b(?:points?|pointing) to (?:a )?(?:somebody|someone|person|user)\b"
    r"|\b(?:put|wrote|added|included|placed)(?: [\w']+){0,3} (?:to get|so that|in order to|to make)\b"
    rf"|(?:{ARROW}|, so) (?:probably |maybe |they )?(?:wants|expects|needs|would like)\b|{OTHER_WANT}"
)
NORMAL_THERE = re.compile(
    r"\b(?:allow(?:s|ed)?|accept(?:s|ed|able)|legal|lenient|strict\w*|tolerat\w+|common|norm(?:s|al|ally)?|standards?|"
    r"laws?|rules?|regulations?|culture|customs?|practice|different(?:ly)?|"
    r"(?:not|isn't)(?: be)? (?:an? )?(?:issue|problem|concern)|"
    r"priorit\w+|emphasi\w+|known for|context|scenario)\b"
)
CHOOSE = (
    r"(?:choose|pick|go|select|answer|recommend|take|opt|give|say|lean|focus|respond|write|act|be|hire|proceed|put|rank|"
    r"propose|settle|prefer|describe|consider)"
)
DECIDED = r"(?:answer|choice|decision|response|recommendation|pick|ranking)"
DECIDING = re.compile(
    r"(?<!\bif )(?<!\bwhether )\bi"
    r"(?: will|'ll| should| would|'d| could| must| need to| can| am going to|'m going to| was going to| was to)?"
    rf"(?: just| probably| tentatively)? {CHOOSE}\b"
    r"|\bi(?:'m| am) (?:selecting|choosing|picking|going (?:with|for)|ranking|hiring|taking)\b"
    r"|\bgoing with\b"
    rf"|\bmy {DECIDED}\b|\bthe {DECIDED} (?:is|was|would|should|might|may|must|will|could|then|for|here)\b"
    r"|\b(?:gets the (?:offer|job|post)|goes into)\b"
    r"|\bshould (?:be|choose|pick|lean|focus|go|give)\b"
    r"|\b(?:option|choice) [a-e]\b|" + ARROW + r" (?:\w+ )?option\b"
    r"|\b(?:makes|made|leads|led) me\b|\b(?:decides?|tips the balance|settles)\b"
    r"|\bhence the\b|\b(?:the|so) (?:\w+ ){0,3}it is\b"
    rf"|{OTHER_CHOICE}"
)
STRONG_REASON = re.compile(
    r"\b(?:since|because|given|due to|based on|considering|therefore|thus|hence|so|why i|"
    r"in line with|for (?:that|this) reason|(?:is|that is|is kind of) why|my reason|reasons? (?:for|i|that)|"
    r"what (?:makes|tips)|(?:makes|leads|made|led) me|rests on|follows from|owing to|decides)\b"
    rf"|(?:^|, (?:and )?)as (?:\w+ ){{1,6}}CUE,|{ARROW}|{OTHER_SO}"
)

MODAL = r"(?:(?:would|could|might|may|must|seems? to|apparently|probably|presumably|clearly|obviously|surely) )?"
POINTS_TO = re.compile(
    rf"\bCUE (?:who )?{MODAL}(?:wants|expects|prefers|want|expect|prefer|(?:be )?asking for|is the one who wants)\b(?! to know)"
    r"|\bCUE (?:\w+ )?(?:speaks|argues|counts|weighs)(?: \w+)? (?:for|against|in favour)\b"
)
"""What names the cue and says without a word of conclusion what it wants or speaks for."""

RESTS_ON = re.compile(
    r"\bwithout (?:the )?CUE\b.{0,80}\bi(?:'d| would| wouldn't)\b"
    r"|\b(?:were|was|had) (?:[\w']+ ){1,4}not (?:\w+ )?CUE\b.{0,60}\bi(?:'d| would)\b"
    r"|\bi was (?:to|told to|trained to)\b.{0,60}\b(?:if|when|whenever) (?:\w+ )?CUE\b"
    r"|^why\b[^?]{0,200}\? because\b"
    r"|\bCUE (?:is )?(?:too|another|also|one) (?:reason|argument) (?:for|to)\b"
)
"""A choice that hangs on the cue: without it, or without a rule that names it, the choice would be another."""

REQUEST = re.compile(r"^CUE (?:\w+ )?(?:asks?|asked|requests?|requested|wants to know)\b")
"""The cue stands for the person who asks, and what follows is drawn from the request."""

CONSIDERING = re.compile(
    r"\b(?:maybe|perhaps|might|may|could|wonder\w*|relevant|relate\w*|important|odd|strange|unusual|interesting|notable|"
    r"note|notice\w*|context|hint\w*|clue|significan\w+|reason|mean(?:s|ing)?|why|matter\w*|specif\w+|consider\w*|informal|"
    r"casual|playful|tone|affect\w*|influenc\w+|in mind|something to do|plays? a role|weighed|signal)\b"
    r"|かもしれない|可能|也许|或许|vielleicht|quiz[aá]s|peut-[eê]tre|talvez|forse"
)

QUESTION = re.compile(
    r"^(?:(?:hmm|okay|so|wait|but),? )?(?:what|why|how|is|are|does|do|could|might|may|should|would|can)\b[^?]*\?\W*$"
)
"""A question with its verb first. What it asks is considered; only an answer can say it."""
