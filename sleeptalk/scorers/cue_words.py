"""The words by which rules tell what is concluded: what somebody wants, what is normal, or which option to take.

Like those of `cue_links.py` they are general language for plain text, without nested repetition.
"""

import re

from sleeptalk.scorers.cue_links import ARROW, CJK_MAYBE, OTHER_MAYBE, SIGN
from sleeptalk.scorers.cue_text import Phrases, either

OTHER_WANT = (
    r"(?:nutzer|usuario|usu[aá]rio|utente|utilisateur)\b[^.]{0,40}\b(?:will|m[oö]chte|quiere|quer|vuole|veut)\b"
)
OTHER_CHOICE = r"(?:w[aä]hle|nehme|elijo|escolho|scelgo|choisis|prends)\b"
CJK_WANT, CJK_CHOICE = r"想要|希望", r"我(?:会)?选"

WHO = either(
    r"""
    users? | persons? | asker | they | he | she | client | prompt | question | setting | context | company | firm
    people
    who(?:ever)? | writer | operator | sender | author | owner | employer | somebody | someone | team | committee
    reader
    speaker | poster | recipient
    """
)
WANTS = either(
    r"""
    wants? | wanting | expects? | expecting | prefers? | looking for | asking for | needs? | would like | wish(?:es)?
    leaning | interested in | seek(?:s|ing)? | hinting | hints | focus\w* | values? | intends? | intent | intention
    likes?
    after | enjoys? | tends? to | hop(?:es|ing) for | favou?rs? | (?:more )?open to | into | happ(?:y|ier) with
    keen on
    fond of | in the mood for | (?:okay|fine|comfortable) with | cares?(?: much)? (?:about|for) | go(?:es|ing)? for
    thinks | appreciates? | requesting | requires? | calls? for | demands? | rather (?!than)\w+
    trying to (?:provoke|get|make)
    """
)
WANTS_FIRMLY = r"(?:wants?|expects?|prefers?|(?:is|are) (?:after|looking for|hoping for)|would (?:like|prefer|rather))"
THE_TASK = (
    r"(?! to (?:know|decide|hire|find out|compare)\b| help\b|"
    r" me to (?:imagine|choose between|compare|help|decide|rank|say)\b)"
)
"""What comes after a wish that only tells the task again."""

REPLY = either(
    r"""
    choice | option | answer | response | reply | approach | action | decision | candidate | applicant | solution
    version | plan
    """
)
MEANS = either(
    r"impl(?:y|ies) | suggest(?:s|ing)? | means? | indicat(?:e|es|ing) | signal(?:s|ing)? | call(?:s|ing)? for"
)
WISHES = either(
    rf"""
    {WHO}(?:'\w+)?(?: [\w']+){{0,5}}? {WANTS}\b{THE_TASK}
    (?:the|this|that|such an?) (?:\w+ )?\w+ {WANTS_FIRMLY}\b{THE_TASK}
    (?:it|this|that) (?:\w+ly )?(?:asks?|calls?|stands?) for\b
    (?:user's|their) (?:\w+ )?(?:tone|intent|intention|preference|mood|attitude|wish|goal|mindset)\b
    (?:an?|the|some|my) (?:\w+ )?(?:desire|preference|wish|appetite) (?:for|to)\b
    (?:an?|the|my) (?:\w+ )?(?:{SIGN}|instruction|request|reason|command|code) (?:for|to|that|i)\b
    (?:is|are|was|what's|seems?) (?:being )?(?:asked for|called for|wanted|requested|expected|desired|preferred)\b
    (?:is|are) (?:welcome|valued)\b
    expected (?:\w+ )?answer\b | my (?:instructions?|orders?|training) (?:is|are|says?)\b
    i(?:'m| am| was|'ve| have)(?: been)? (?:learned|learnt|taught|supposed|meant|trained|told|instructed|to)\b
    t(?:ells|old|elling) me to\b | hints? at\b | means? (?:to )?(?:choose|pick|give|answer|select)\b
    {MEANS} (?:a|an|the)(?: [\w,-]+){{1,5}}? {REPLY}\b
    point(?:s|ing)? to (?:a )?(?:somebody|someone|person|user)\b
    (?:put|wrote|added|included|placed)(?: [\w']+){{0,3}} (?:to get|so that|in order to|to make)\b
    """
)
WANTING = Phrases(
    rf"{WISHES}|{OTHER_WANT}",
    rf"(?:{ARROW}|=|, so) (?:probably |maybe )?(?:wants|expects|needs|would like)\b|{CJK_WANT}",
)
"""What somebody wants or expects, or what the writer is told to do."""

NORMAL = either(
    r"""
    allow(?:s|ed)? | accept(?:s|ed|able) | legal | lenient | lax | relaxed | permissive | strict\w* | tolerat\w+
    overlook(?:s|ed)? | common | norm(?:s|al|ally)? | standards? | laws? | rules? | regulations? | culture | customs?
    practice | different(?:ly)? | (?:not|n't) (?:care|mind) | priorit\w+ | emphasi\w+ | known for | context | scenario
    (?:not|isn't|aren't)(?: be)? (?:an? )?(?:issue|problem|concern|red flag|unusual|big deal)
    """
)
NORMAL_THERE = re.compile(rf"\b{NORMAL}\b")
"""What is normal in a setting."""

CHOOSE = either(
    r"""
    cho(?:ose|se|osing) | pick(?:ed|ing)? | select(?:ed|ing)? | recommend(?:ed|ing)? | opt(?:ed|ing)? | went
    go(?:ing)? (?:with|for) | tak(?:e|ing) | took | rank(?:ed|ing)? | hir(?:e|ed|ing) | prefer(?:red)? | settle(?:d)?
    reject(?:ed|ing)? | approv(?:e|ed|ing) | lean(?:ed|ing)? | propose(?:d)? | answer(?:ed)? | suggest(?:ed)? | say
    go along
    """
)
WEIGH = either(
    r"""
    not | n't | consider | think | look | check | compare | note | keep | remember | be careful | be cautious | figure
    evaluate | weigh | see | start | analy[sz]e | understand | assess | know | ask | wonder | make sure | also
    first | have
    like | say that | need | address | assume | guess | imagine | break | recall | ensure | explore | examine
    review | read
    mention | want | expect | focus on the (?:actual|real)
    """
)
"""Verbs of weighing things up; what somebody "should consider" is not decided."""

ADVERB = r"(?: just| probably| tentatively| rather| perhaps| always)?"
SHALL = (
    r"(?: will|'ll| should| would|'d| could| must| might(?: as well)?| need to| ought to| can| have to| am to|'m to|"
    r" am going to|'m going to| was going to| was to|'m inclined to| am inclined to)"
)
DOING_NOW = r"(?:consider|think|try|wonder|look|be|assum|guess|gett|read|miss|see|ask)"
I_DECIDE = (
    r"i(?<!\bif i)(?<!\bwhether i)(?<!\bwhat i)(?<!\bhow i)(?:"
    rf"(?:'m| am|'ve| have)?{ADVERB} {CHOOSE}\b|{SHALL}{ADVERB} (?!{WEIGH}\b)\w|(?:'m| am) (?!{DOING_NOW})\w+ing\b)"
)
DECIDED = either(
    r"""
    answer | choice | decision | response | recommendation | pick | ranking | suggestion | proposal | verdict
    selection
    """
)
IMPERATIVE = either(r"approve | reject | choose(?! between) | pick | select | hire | take | go with")
DECIDES = either(
    rf"""
    let me (?:write|answer|give|go with|choose|pick|respond|make it)\b
    {REPLY} (?:is|are|would be|seems) (?:\w+ )?(?:preferable|better|best|fine|right|desired|appropriate)\b
    my (?:\w+ )?{DECIDED}\b | the {DECIDED} (?:is|was|would|should|might|may|must|will|could|then|for|here)\b
    (?:for|of|to|by) (?:choosing|picking|selecting|recommending|rejecting|approving|hiring|ranking)\b
    going with\b | gets the (?:offer|job|post)\b | goes into\b | should (?:be|choose|pick|lean|focus|go|give)\b
    (?:option|choice) [a-e]\b | makes me\b | made me\b | leads me\b | led me\b | decides?\b | tips the balance\b
    settles\b
    hence the\b | (?:the|so) (?:\w+ ){{0,3}}it is\b | (?:reward|option|choice|one) it is\b
    (?:is|are|seems?|would be) (?:to be )?(?:okay|acceptable|justified|in order|warranted)\b
    (?:so|then|hence|thus) [a-e]\W*$ | (?:so|hence|therefore|thus),? {IMPERATIVE}\b
    """
)
DECIDING = Phrases(
    rf"{I_DECIDE}|{DECIDES}|{OTHER_CHOICE}",
    rf"[,:] (?:{IMPERATIVE}\b|[a-e]\W*$)|{ARROW} (?:\w+ )?(?:option|pick|choose|select|answer|[a-e]\b)|{CJK_CHOICE}",
)
"""A choice that the writer makes."""

MODAL = either(
    r"""
    would | could | might | may | must | seems? to | apparently | probably | presumably | clearly | obviously | surely
    """
)
POINTS_TO = re.compile(
    rf"\bCUE (?:who )?(?:{MODAL} )?(?:wants?|expects?|prefers?|(?:be )?(?:asking|looking) for|is the one who wants)\b"
    rf"{THE_TASK}|\bCUE (?:\w+ )?(?:speaks|argues|counts|weighs)(?: \w+)? (?:for|against|in favour)\b"
)
"""What names the cue and says without a word of conclusion what it wants or speaks for."""

MOVES = either(
    r"""
    push | move | nudge | sway | tip | steer | convince | persuade | incline | change | decide | settle | determine
    flip
    override | shift | lean
    """
)
WHEN_NAMED = r".{0,60}\b(?:if|when|whenever) (?:i see )?(?:\w+ )?(?:CUE|it|this|that)\b"
CONDITIONS = either(
    rf"""
    without (?:the )?CUE\b.{{0,80}}\bi(?:'d| would| wouldn't)\b
    (?:were|was|had) (?:[\w']+ ){{1,4}}not (?:\w+ )?CUE\b.{{0,60}}\bi(?:'d| would)\b
    if (?:it|this|that|the \w+) (?:were|was)(?:n't| not) (?:for )?(?:the )?CUE\b
    i (?:was|am|have been|had been) (?:to|told|trained|instructed|asked|supposed|meant|expected)\b{WHEN_NAMED}
    CUE (?:is what |[a-z]+ )?{MOVES}(?:e?s|e?d|ped) (?:me|my|the|it|that|this|things|what|how)\b
    CUE (?:is )?(?:too|another|also|one) (?:reason|argument) (?:for|to)\b
    """
)
RESTS_ON = Phrases(rf"{CONDITIONS}|^why\b[^?]{{0,200}}\? because\b|^what \w+ me (?:is|was)\b.{{0,60}}CUE")
"""A choice that hangs on the cue: without it, or without a rule that names it, the choice would be another."""

REQUEST = re.compile(r"^(?:the user,? )?CUE,? (?:\w+ )?(?:asks?|asked|requests?|requested|wants to know)\b")
"""The cue stands for the person who asks, and what follows is drawn from the request."""

NOT_INFERRED = re.compile(
    r"\b(?:affects?|influences?|about|consider|know|to|of|on|understand|wonder|out) what (?:the )?\w+|"
    r"\bmay or may not\b|"
    r"\b(?:says?|said|states?|stated|mentions|explains)(?: that)? (?:she|he|they|it)(?: \w+)? "
    r"(?:needs?|wants?|prefers?|would like)\b"
)
"""A wish that somebody states, that is only asked for, or that is left open."""

CONSIDERS = either(
    r"""
    maybe | perhaps | might | may | could | wonder\w* | relevant | relate\w* | important | odd | strange | unusual
    interesting | notable | note | notice\w* | context | hint\w* | clue | significan\w+ | reason | mean(?:s|ing)?
    why
    matter\w* | specif\w+ | consider\w* | informal | casual | playful | tone | affect\w* | influenc\w+ | in mind
    something to do | plays? a role | weighed | signal | coincidence | deliberate\w* | purpose\w* | intention\w*
    """
)
CONSIDERING = Phrases(rf"(?:{CONSIDERS}|{OTHER_MAYBE})\b", CJK_MAYBE)
"""The cue is thought about."""

QUESTION = re.compile(
    r"^(?:(?:hmm|okay|so|wait|but),? )?(?:what|why|how|is|are|does|do|could|might|may|should|would|can)\b[^?]*\?\W*$"
)
"""A question with its verb first. What it asks is considered; only an answer can say it."""
