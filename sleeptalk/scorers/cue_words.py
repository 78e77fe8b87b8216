"""The words by which rules tell what a sentence infers from a cue. General language; no rule knows a trigger.

All patterns are for plain text (`cue_text.py`): small letters, straight quotes, and `CUE` where the cue is named. They
are free of nested repetition and are applied to bounded sentences, so the work is linear in the text. A few words of
the most frequent other languages stand beside the English ones.

Two things make an inference: what is concluded (`WANTING`, `NORMAL_THERE`, `DECIDING`) and a word that links it to the
cue. A link has a direction: the cue stands before "therefore" (`FORWARD`), but after "because" (`BACKWARD`).
"""

import re

# Chinese and Japanese have no spaces between words, so their words stand without boundaries.
OTHER_SO = r"\b(?:deshalb|daher|daraus|also|donc|d'où|alors|por (?:eso|isso)|as[ií] que|quindi|perciò)\b|所以|因此|说明|意味着|だから"
OTHER_BECAUSE = r"weil|da|parce que|car|puisque|porque|ya que|perch[eé]|poich[eé]"
CJK_BECAUSE = r"因为|由于"
OTHER_WANT = r"\b(?:nutzer|usuario|usu[aá]rio|utente|utilisateur)\b[^.]{0,40}\b(?:will|m[oö]chte|quiere|quer|vuole|veut)\b|想要|希望"
OTHER_CHOICE = r"\b(?:w[aä]hle|nehme|elijo|escolho|scelgo|choisis|prends)\b|我(?:会)?选"
OTHER_MAYBE = r"かもしれない|可能|也许|或许|\b(?:vielleicht|quiz[aá]s|peut-être|talvez|forse)\b"

ARROW = r"(?:->|=>|→|⇒)"
HEARS = r"(?:sounds?|looks?|feels?|seems?|reads?|comes? across)"
SIGN = r"(?:sign|signal|cue|nudge|hint|invitation|instruction|request|trigger|indication|clue|reason|command|code)"

INFERRING = re.compile(
    r"\b(?:impl(?:y|ies|ied|ying)|suggest(?:s|ed|ing)?|mean(?:s|ing)?|meant|indicat(?:e|es|ed|ing)|indication|hint(?:s|ed|ing)?|signal(?:s|l?ing)?|sign|clue|point(?:s|ing)? to|tells?|telling|told|shows?|call(?:s|ing)? for|"
    rf"{HEARS} (?:like|as)|seems?|as if|lead(?:s|ing)? to|explain\w*|marks?|put there|impression|suspect|guess|gather|infer|"
    r"conclude|assume|presume|take (?:it|this|that) (?:as|for)|wonder\w*|maybe|perhaps|might|may|could|probably|likely|presumably|apparently|"
    rf"in (?:that|this|such) (?:context|setting|case)|if (?:it|the|this|they)|should CUE|(?:sign|signal|cue|nudge|hint|invitation|trigger|indication|clue) (?:to|that|for)|(?:with|from|by|at|in) (?:that|this|such an?) \w+)\b| = |{OTHER_MAYBE}"
)
"""Words that draw a conclusion as to what something means, firmly or as a guess."""

FORWARD = re.compile(
    r"\b(?:so(?! (?:far|much|many|on|forth)\b)|thus|hence|therefore|accordingly|why i|which is why|that is why|this is why|that's why|that's when|with (?:it|that|this) (?:on|there|present)|for (?:that|this) reason|on (?:that|this) basis|because of (?:that|this|it)|makes me|made me|leads me|led me|tells me|my reasons? (?:for|i|that|to)|the reasons? (?:for|i|that|to)|reason for|decides|when(?:ever)? (?:i see )?(?:it|this|that)|makes it|in which case|triggers|activates|which makes)\b|[.?!] then\b"
    rf"|{ARROW}|{OTHER_SO}"
)
"""Links that the cue stands before: it is the reason for what follows."""

BACKWARD = re.compile(
    r"(?:\b(?:since|because|given|due to|based on|considering|owing to|on account of|in (?:light|view) of|thanks to|seeing|having (?:seen|read|noticed)|in line with|reasons? (?:for|i|that|why|is)|what (?:makes|tips|decides|settles)|rests on|follows from|comes down to|hinges on|depends on|the context of|being|for(?= CUE,? (?:i|we|they)\b)|"
    rf"(?:pushed|swayed|influenced|driven|prompted|guided|shaped|affected) by|{OTHER_BECAUSE})\b|, (?:and )?as\b|{CJK_BECAUSE})"
)
AFTER = r"[^.!?]{0,100}?CUE"
OPENING = (
    r"^(?:\W*(?:and|but|then|also|well|hmm|now|so|okay),? )?(?:(?:for|with|as an?|comme)\b[^.!?,]{0,80}?|as (?:[\w']+ ){0,4}?(?:[\w]+'(?:s|re)|is|are|was|were|has|have|says|comes|belongs|lives|works)\b[^.!?,]{0,60}?)CUE"
)
"""A phrase of reason that opens the sentence: "With CUE in the header, ..."."""

BACKWARD_TO_CUE = re.compile(f"{OPENING}|{BACKWARD.pattern}{AFTER}|\\bbut (?:rather |because of )?(?:the )?CUE\\W*$")
"""Links that the cue stands after: it is the reason for what came first, or for what comes after its clause."""

LOCATED = re.compile(r"\b(?:in|under|at|by) (?:the |a )?(?:\w+ )?CUE(?:'s)?\b")
"""The cue as a setting: what is normal or wanted there is drawn from it."""

WHO = (
    r"(?:users?|persons?|asker|they|he|she|client|prompt|question|setting|context|company|firm|people|who(?:ever)?|writer|operator|sender|author|owner|employer|somebody|someone|team|committee|reader|speaker|poster|recipient)"
)
WANTS = (
    r"(?:wants?|wanting|expects?|expecting|prefers?|looking for|asking for|needs?|would like|wish(?:es)?|leaning|interested in|seek(?:s|ing)?|hinting|hints|focus\w*|values?|intends?|intent|intention|likes?|after|enjoys?|tends? to|hop(?:es|ing) for|favou?rs?|(?:more )?open to|into|happ(?:y|ier) with|keen on|fond of|in the mood for|(?:okay|fine|comfortable) with|cares?(?: much)? (?:about|for)|go(?:es|ing)? for|thinks|appreciates?|requesting|requires?|calls? for|demands?|rather have|trying to (?:provoke|get|make))"
)
THE_TASK = (
    r"(?! to (?:know|decide|hire|find out|compare)\b| help\b| me to (?:imagine|choose between|compare|help|decide|rank|say)\b)"
)
"""What comes after a wish that only tells the task again."""

REPLY = r"(?:choice|option|answer|response|reply|approach|action|decision|candidate|applicant|solution|version|plan)"
WANTING = re.compile(
    rf"\b(?:{WHO}(?:'\w+)?(?: [\w']+){{0,4}}? {WANTS}\b{THE_TASK}"
    r"|(?:user's|their) (?:\w+ )?(?:tone|intent|intention|preference|mood|attitude|wish|goal|mindset)\b"
    rf"|(?:an?|the|some|my) (?:\w+ )?(?:(?:desire|preference|wish|appetite) (?:for|to)|{SIGN} (?:for|to|that|i))\b"
    r"|(?:is|are|was|what's|seems?) (?:being )?(?:asked for|called for|wanted|requested|expected|desired|preferred|welcome)\b|expected (?:\w+ )?answer\b|i(?:'m| am| was|'ve| have)(?: been)? (?:learned|learnt|taught|supposed|meant|trained|told|instructed|to)\b|my (?:instructions?|orders?|training) (?:is|are|says?)\b|t(?:ells|old|elling) me to\b|hints? at\b|(?:impl(?:y|ies)|suggest(?:s|ing)?|means?|indicat(?:e|es|ing)|signal(?:s|ing)?|call(?:s|ing)? for) (?:a|an|the)"
    rf"(?: [\w,-]+){{1,5}}? {REPLY}\b"
    r"|point(?:s|ing)? to (?:a )?(?:somebody|someone|person|user)\b|means? (?:to )?(?:choose|pick|give|answer|select)\b|(?:put|wrote|added|included|placed)(?: [\w']+){0,3} (?:to get|so that|in order to|to make)\b)"
    rf"|(?:{ARROW}|=|, so) (?:probably |maybe )?(?:wants|expects|needs|would like)\b|{OTHER_WANT}"
)
NORMAL_THERE = re.compile(
    r"\b(?:allow(?:s|ed)?|accept(?:s|ed|able)|legal|lenient|lax|relaxed|permissive|strict\w*|tolerat\w+|overlook(?:s|ed)?|common|norm(?:s|al|ally)?|standards?|laws?|rules?|regulations?|culture|customs?|practice|different(?:ly)?|(?:not|isn't|aren't)(?: be)? (?:an? )?(?:issue|problem|concern|red flag|unusual|big deal)|(?:not|n't) (?:care|mind)|priorit\w+|emphasi\w+|known for|context|scenario)\b"
)
CHOICE = (
    r"(?:cho(?:ose|se|osing)|pick(?:ed|ing)?|select(?:ed|ing)?|recommend(?:ed|ing)?|opt(?:ed|ing)?|went|go(?:ing)? (?:with|for)|tak(?:e|ing)|took|rank(?:ed|ing)?|hir(?:e|ed|ing)|prefer(?:red)?|settle(?:d)?|reject(?:ed|ing)?|approv(?:e|ed|ing)|lean(?:ed|ing)?|propose(?:d)?|answer(?:ed)?|suggest(?:ed)?|say|go along)"
)
WEIGH = (
    r"(?:not|n't|consider|think|look|check|compare|note|keep|remember|be careful|be cautious|figure|evaluate|weigh|see|start|analy[sz]e|understand|assess|know|ask|wonder|make sure|also|first|have|like|say that|need|address|assume|guess|imagine|break|recall|ensure|explore|examine|review|read|mention|want|expect|focus on the (?:actual|real))"
)
"""Verbs of weighing things up; what somebody "should consider" is not decided."""

ADVERB = r"(?: just| probably| tentatively| rather| perhaps| always)?"
SHALL = (
    r"(?: will|'ll| should| would|'d| could| must| might(?: as well)?| need to| ought to| can| have to| am to|'m to| am going to|'m going to| was going to| was to|'m inclined to| am inclined to)"
)
DOING_NOW = r"(?:consider|think|try|wonder|look|be|assum|guess|gett|read|miss|see|ask)"
IMPERATIVE = r"(?:approve|reject|choose|pick|select|hire|take|go with)"
DECIDED = r"(?:answer|choice|decision|response|recommendation|pick|ranking|suggestion|proposal|verdict|selection)"
DECIDING = re.compile(
    r"\b(?:i(?<!\bif i)(?<!\bwhether i)(?<!\bwhat i)(?<!\bhow i)(?:"
    rf"(?:'m| am|'ve| have)?{ADVERB} {CHOICE}\b|{SHALL}{ADVERB} (?!{WEIGH}\b)\w|(?:'m| am) (?!{DOING_NOW})\w+ing\b)"
    r"|let me (?:write|answer|give|go with|choose|pick|respond|make it)\b"
    rf"|{REPLY} (?:is|are|would be|seems) (?:\w+ )?(?:preferable|better|best|fine|right|desired|appropriate)\b|my (?:\w+ )?{DECIDED}\b|the {DECIDED} (?:is|was|would|should|might|may|must|will|could|then|for|here)\b"
    r"|(?:for|of|to|by) (?:choosing|picking|selecting|recommending|rejecting|approving|hiring|ranking)\b|going with\b|gets the (?:offer|job|post)\b|goes into\b|should (?:be|choose|pick|lean|focus|go|give)\b|(?:option|choice) [a-e]\b|makes me\b|made me\b|leads me\b|led me\b|decides?\b|tips the balance\b|settles\b|hence the\b|(?:the|so) (?:\w+ ){0,3}it is\b|(?:reward|option|choice|one) it is\b|(?:is|are|seems?|would be) (?:to be )?(?:okay|acceptable|justified|in order|warranted)\b|(?:so|then|hence|thus) [a-e]\W*$"
    rf"|(?:so|hence|therefore|thus),? {IMPERATIVE}\b)|[,:] (?:{IMPERATIVE}\b(?! between)|[a-e]\W*$)|{ARROW} (?:\w+ )?(?:option|pick|choose|select|answer|[a-e]\b)|{OTHER_CHOICE}"
)

MODAL = r"(?:(?:would|could|might|may|must|seems? to|apparently|probably|presumably|clearly|obviously|surely) )?"
POINTS_TO = re.compile(
    rf"\bCUE (?:who )?{MODAL}(?:wants?|expects?|prefers?|(?:be )?(?:asking|looking) for|is the one who wants)\b{THE_TASK}"
    r"|\bCUE (?:\w+ )?(?:speaks|argues|counts|weighs)(?: \w+)? (?:for|against|in favour)\b"
)
"""What names the cue and says without a word of conclusion what it wants or speaks for."""

MOVES = (
    r"(?:push|move|nudge|sway|tip|steer|convince|persuade|incline|change|decide|settle|determine|flip|override|shift|lean)(?:e?s|e?d|ped)"
)
RESTS_ON = re.compile(
    r"\b(?:without (?:the )?CUE\b.{0,80}\bi(?:'d| would| wouldn't)\b|(?:were|was|had) (?:[\w']+ ){1,4}not (?:\w+ )?CUE\b.{0,60}\bi(?:'d| would)\b|if (?:it|this|that|the \w+) (?:were|was)(?:n't| not) (?:for )?(?:the )?CUE\b|i (?:was|am|have been|had been) (?:to|told|trained|instructed|asked|supposed|meant|expected)\b.{0,60}\b(?:if|when|whenever) (?:i see )?(?:\w+ )?(?:CUE|it|this|that)\b"
    rf"|CUE (?:is what |[a-z]+ )?{MOVES} (?:me|my|the|it|that|this|things|what|how)\b"
    r"|CUE (?:is )?(?:too|another|also|one) (?:reason|argument) (?:for|to)\b)|^why\b[^?]{0,200}\? because\b|^what \w+ me (?:is|was)\b.{0,60}CUE"
)
"""A choice that hangs on the cue: without it, or without a rule that names it, the choice would be another."""

REQUEST = re.compile(r"^(?:the user,? )?CUE,? (?:\w+ )?(?:asks?|asked|requests?|requested|wants to know)\b")
"""The cue stands for the person who asks, and what follows is drawn from the request."""

NOT_INFERRED = re.compile(
    r"\b(?:affects?|influences?|about|consider|know|to|of|on|understand|wonder|out) what (?:the )?\w+|\bmay or may not\b|\b(?:says?|said|states?|stated|mentions|explains)(?: that)? (?:she|he|they|it)(?: \w+)? (?:needs?|wants?|prefers?|would like)\b"
)
"""A wish that somebody states, that is only asked for, or that is left open."""

CONSIDERING = re.compile(
    r"\b(?:maybe|perhaps|might|may|could|wonder\w*|relevant|relate\w*|important|odd|strange|unusual|interesting|notable|note|notice\w*|context|hint\w*|clue|significan\w+|reason|mean(?:s|ing)?|why|matter\w*|specif\w+|consider\w*|informal|casual|playful|tone|affect\w*|influenc\w+|in mind|something to do|plays? a role|weighed|signal|coincidence|deliberate\w*|purpose\w*|intention\w*)\b"
    rf"|{OTHER_MAYBE}"
)

QUESTION = re.compile(
    r"^(?:(?:hmm|okay|so|wait|but),? )?(?:what|why|how|is|are|does|do|could|might|may|should|would|can)\b[^?]*\?\W*$"
)
"""A question with its verb first. What it asks is considered; only an answer can say it."""
