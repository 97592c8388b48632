"""Camera instructions in English text.

A sentence is cut into clauses. Plain verbs (moves, follows, rises) count where the clause's subject is the camera, or
where a clause without a subject of its own goes on with what the camera did before ("..., then slowly moves to a side
angle"). Words of the trade (zooms in, pans left, dolly out, tracking shot, locked-off) also count without a camera
being named, as prompts often leave it out; a pan on the stove, a zoom lens and the train tracks don't look like them.
"""
# ruff: noqa: RUF001
# Prompts are written with these characters.

import re
from collections.abc import Iterator

from kit.camera.phrases import Found

_CAMERA = r"(?:camera(?:work)?|cam|shot|viewpoint|point of view|pov|view|drone|frame|perspective|lens|footage|scene)"
_SENTENCE = re.compile(r"[^.!?;。！？；\n]+")
_CUT = re.compile(
    r",|\s[-–—]+\s|:|\b(?:and then|then|before|after which|after|while|whilst|as|when|until|so that|but|and|or|where|which)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"\b(?:the|a|an|our|this|its|one|steady|handheld|slow|aerial|fpv)?[\s-]*\b{_CAMERA}\b(?:['’]s\b)?",
    re.IGNORECASE,
)
# "looks into the camera", "past the camera", "towards the lens": there it is no subject.
_OBJECT = re.compile(
    r"\b(?:past|into|at|to|towards?|from|behind|facing|beneath|under|over|above|before|of|on|for|holds?|holding|carries|hits?|fills?|filling|"
    r"enters?|entering|leaves?|leaving|crosses|in|into|through|out of|off)\s+(?:the\s+|a\s+|our\s+|her\s+|his\s+|their\s+)?$",
    re.IGNORECASE,
)
# What may stand between the camera and its verb, and at the head of a clause that goes on with it.
_LEAD = (
    r"(?:(?:then|next|finally|first|now|later|afterwards?|eventually|it|that|will|begins?|starts?|continues?|keeps?|ends?|finish(?:es)?|by|to|also|"
    r"always|soon|again|is|are|has|been|does|do|should|must|can|may|might|not|never|very|just|and|then|who|slow|gentle|smooth|steady|subtle|movement|motion|"
    r"itself|only|doesn['’]t|don['’]t|isn['’]t|won['’]t|without|before|instead|rather|than|in one take|at the same time|simultaneously|together|all|both|"
    r"once|suddenly|of|this|work|shot|angle|position|a|an|with|performs?|makes?|does|executes?|doing|as|\w+ly)\b[\s,-]*)*"
)
_BETWEEN = re.compile(rf"^[\s,:-]*{_LEAD}$", re.IGNORECASE)
# "A scene with a bird that ...", "footage of a man ...": what follows is about the bird and the man.
_SHOWS = re.compile(
    r"\s+(?:with|of|showing|shows|featuring|features|depicting|depicts|in which|where)\b", re.IGNORECASE
)
_OTHER = re.compile(
    r"^\s*(?:the|a|an|he|she|they|we|i|you|his|her|their|our|my|two|three|one|some|someone|somebody|people|each|every|there|"
    r"as (?:he|she|they|the|a)|when (?:he|she|they|the))\b",
    re.IGNORECASE,
)

_ADVERB = r"(?:\s+(?:\w+ly|very|back|a little|a bit|just|straight|then|all the way|it|smooth|slow))*"
_GAP = r"(?:\s+(?!(?:and|then|while|but|in|out|to|from|up|down|not)\b)[\w'’-]+){0,3}?"
_LEFT = r"(?:from\s+(?:the\s+)?right\s+(?:side\s+)?to\s+(?:the\s+)?left|right[\s-]to[\s-]left|(?:to(?:wards?)?\s+the\s+)?left(?:wards?)?(?![\s-]+(?:to|of|side of|hand)\b))"
_RIGHT = r"(?:from\s+(?:the\s+)?left\s+(?:side\s+)?to\s+(?:the\s+)?right|left[\s-]to[\s-]right|(?:to(?:wards?)?\s+the\s+)?right(?:wards?)?(?![\s-]+(?:to|of|side of|hand|now|next|at|in|behind|above|before|after|into|past|beside)\b))"
_UP = r"(?:up(?:wards?)?|from\s+(?:the\s+)?bottom\s+to\s+(?:the\s+)?top|skywards?|higher)(?!\s+to\s+(?:her|him|them)\b)"
_DOWN = r"(?:down(?:wards?)?|from\s+(?:the\s+)?top\s+to\s+(?:the\s+)?bottom|lower)"
_IN = r"(?:in(?:to|wards?)?\b(?!\s+(?:a\s+(?:half\s+)?circle|circles|an?\s+arc|place|the\s+(?:same|other)))|forwards?|closer|near(?:er)?\b|towards?|ahead)"
_OUT = r"(?:out(?:wards?)?|back(?:wards?)?|away)"
_CW, _CCW = r"(?:clockwise|cw)", r"(?:(?:anti|counter)[\s-]*clockwise|ccw)"

_MOVE = (
    r"(?:mov|glid|slid|drift|travel|sweep|swing|turn|float|fl(?:y|ies)|go|trave|truck|crab|shift|creep|dolli?|doll|tracks?|push|pull|eas|inch|com|rotat|advanc|"
    r"swoop|pivot|revolv|rac|rush|spin)\w*"
)
_AROUND = r"(?:around|round|about)\b(?!\s+(?:the\s+corner|a\s+corner|corners))"

# Words of the trade: enough without a camera named.
_TRADE: tuple[tuple[str, str], ...] = (
    ("zoom_in", rf"\bzoom(?:s|ed|ing)?\b(?!\s+lens){_ADVERB}[\s-]+(?:{_IN}|on)"),
    ("zoom_out", rf"\bzoom(?:s|ed|ing)?\b{_ADVERB}[\s-]+{_OUT}"),
    ("zoom_in", rf"\bdoll(?:y|ies|ied|ying)\b{_ADVERB}[\s-]+{_IN}"),
    ("zoom_out", rf"\bdoll(?:y|ies|ied|ying)\b{_ADVERB}[\s-]+{_OUT}"),
    ("zoom_in", r"\bpush[\s-]in\b(?!\s+the)|\bcrash zoom\b|\bzoom[\s-]in\b"),
    ("zoom_out", r"\bpull[\s-](?:back|out)\b(?=\s*(?:shot|to reveal|reveal|from|$|,|\.))|\bzoom[\s-]out\b"),
    (
        "pan_left",
        rf"\bpan(?:s|ned|ning)?\b{_GAP}\s+{_LEFT}|\b(?:left|right[\s-]to[\s-]left|leftward)[\s-]+pan\b",
    ),
    (
        "pan_right",
        rf"\bpan(?:s|ned|ning)?\b{_GAP}\s+{_RIGHT}|\b(?:right|left[\s-]to[\s-]right|rightward)[\s-]+pan\b",
    ),
    ("pan_left", rf"\btruck(?:s|ing)?\b{_ADVERB}\s+left\b"),
    ("pan_right", rf"\btruck(?:s|ing)?\b{_ADVERB}\s+right\b"),
    (
        "tilt_up",
        rf"\b(?:pan(?:s|ning)?|pedestal|boom|crane)\b{_ADVERB}\s+{_UP}|\btilt[\s-]up\b(?=\s*(?:shot|to|from|$|,|\.))",
    ),
    (
        "tilt_down",
        rf"\b(?:pan(?:s|ning)?|pedestal|boom|crane)\b{_ADVERB}\s+{_DOWN}|\btilt[\s-]down\b(?=\s*(?:shot|to|from|$|,|\.))",
    ),
    (
        "track",
        r"\b(?:tracking|follow(?:ing)?|trailing)[\s-]+(?:shot|camera|cam)\b|\bsteadicam (?:shot )?(?:follow|track)\w*",
    ),
    (
        "orbit",
        r"\b(?:orbit(?:al|ing)?|arc(?:ing)?|circling|360(?:[\s-]*degrees?|°)?)[\s-]+(?:camera\s+)?(?:shot|camera|move|movement|view)\b|\bcamera[\s-]orbit\b|\borbit shot\b",
    ),
    (
        "static",
        (
            r"\b(?:static|stationary|fixed|locked(?:[\s-](?:off|down))?|still|motionless|unmoving|immobile|tripod)[\s-]+(?:\w+\s+)?"
            r"(?:camera|shot|frame|framing|view|viewpoint|angle)\b(?!\s+(?:on|bag|case|shop|phone))|\block(?:ed)?[\s-]?off\b(?=\s*(?:shot|$|,|\.))"
        ),
    ),
    (
        "static",
        (
            r"\bno camera (?:movement|motion|moves?|work)\b|\bno (?:movement|motion) of the camera\b|\bwithout (?:any )?camera (?:movement|motion|moves?)\b|"
            r"\bwithout (?:moving the camera|the camera moving)\b|\bzero camera (?:movement|motion)\b"
        ),
    ),
)

# Plain verbs: of the camera only.
_PLAIN: tuple[tuple[str, str], ...] = (
    (
        "orbit",
        (
            rf"\b(?:orbit|circl)(?:s|es|e|ed|ing)?\b|\barcs?\b|\barcing\b|\b{_MOVE}{_ADVERB}(?:\s+in an? (?:half )?(?:circle|arc))?\s+{_AROUND}|\b(?:mov|com|glid|swing|shift)\w*{_ADVERB}\s+(?:in)?to\s+(?:a|the|her|his|its|their)\s+side\b(?:\s+(?:angle|view))?"
            rf"|\bwraps?\s+{_AROUND}|\b360(?:[\s-]*degrees?|°)?[\s-]+(?:rotation|turn|move|arc)\s+{_AROUND}|\b{_MOVE}\s+in\s+(?:a|an)\s+(?:half[\s-])?(?:circle|arc)\b|\bto (?:a|the) side (?:angle|view)\b"
        ),
    ),
    (
        "roll_ccw",
        rf"\b(?:roll|rotat|spin|turn|twist|tilt)\w*\b[^,]{{0,20}}?\b{_CCW}\b|\brolls?\b{_ADVERB}\s+(?:to\s+the\s+)?left\b",
    ),
    (
        "roll_cw",
        rf"\b(?:roll|rotat|spin|turn|twist|tilt)\w*\b(?:(?!counter|anti)[^,]){{0,20}}?\b{_CW}\b|\brolls?\b{_ADVERB}\s+(?:to\s+the\s+)?right\b",
    ),
    (
        "track",
        r"\b(?:follow|track|trail|chas|accompan|shadow)(?:s|es|ed|ing|ies|e|k|y)?\b|\bkeeps? (?:pace|up) with\b|\b(?:travel|mov|glid|run|fl)\w*\s+(?:\w+\s+)?(?:alongside|along with|beside|with)\b|\bstays? (?:close )?(?:behind|with|beside)\b",
    ),
    # "Pans left, then back right": a clause that goes on with the move before it needs no verb.
    ("pan_left", rf"\b(?:{_MOVE}|pan\w*)\b{_GAP}\s+{_LEFT}|\bback\s+(?:to\s+the\s+)?left\b"),
    ("pan_right", rf"\b(?:{_MOVE}|pan\w*)\b{_GAP}\s+{_RIGHT}|\bback\s+(?:to\s+the\s+)?right\b"),
    (
        "tilt_up",
        rf"\b(?:tilt|crane|boom|pedestal|pan|look|{_MOVE}|lift|climb)\w*\b{_ADVERB}\s+{_UP}|\b(?:rises?|rising|ascends?|ascending|lifts?|climbs|back\s+up)\b|\btilt\w*\b[^,]{{0,40}}?\b{_UP}\b",
    ),
    (
        "tilt_down",
        rf"\b(?:tilt|crane|boom|pedestal|pan|look|{_MOVE}|climb)\w*\b{_ADVERB}\s+{_DOWN}|\b(?:descends?|descending|lowers?|sinks?|lowering|back\s+down)\b|\btilt\w*\b[^,]{{0,40}}?\b{_DOWN}\b",
    ),
    (
        "zoom_in",
        rf"\b(?:{_MOVE}|clos)\b{_ADVERB}\s+{_IN}|\bcloses?\s+in\b|\bapproach(?:es|ing)?\b|\bpush(?:es|ing)?\b{_ADVERB}\s+(?:{_IN}|through|past)|\b(?:get|com)\w*\s+closer\b|\bback\s+in\b",
    ),
    (
        "zoom_out",
        rf"\b(?:{_MOVE}|draw|back|step|retreat)\w*\b{_ADVERB}\s+{_OUT}|\bretreat(?:s|ing)?\b|\bwidens?\b|\bback\s+out\b",
    ),
    (
        "static",
        (
            r"\b(?:remain|stay|is|are|be|hold|keep|kept|rest|stand|being)\w*\b(?:\s+(?:\w+ly|very|quite|all|held|in|a))*?\s+"
            r"(?:still|static|fixed|stationary|motionless|locked(?:\s+(?:off|down))?|unmoving|immobile|in place|put|on a tripod|mounted on a tripod)\b"
            r"|\b(?:does|do|did|will|must|should|is|has)(?:\s+not|n['’]t)\s+(?:\w+ly\s+)?(?:mov|shift|budg|change)\w*\b|\bnever mov\w+\b|\bholds? still\b|\bon a tripod\b"
            r"|\bwithout (?:any )?(?:moving|movement|motion)\b"
        ),
    ),
)
_TRADE_RE = [(word, re.compile(pattern, re.IGNORECASE)) for word, pattern in _TRADE]
_PLAIN_RE = [(word, re.compile(pattern, re.IGNORECASE)) for word, pattern in _PLAIN]
# Denials of a move: "no zoom", "without panning", "never pans".
_NAMED = {
    "zoom": ("zoom_in", "zoom_out"), "pan": ("pan_left", "pan_right"), "tilt": ("tilt_up", "tilt_down"),
    "roll": ("roll_cw", "roll_ccw"), "orbit": ("orbit",), "track": ("track",), "doll": ("zoom_in", "zoom_out"),
}  # fmt: skip
_NAME = r"(?:zoom|pan|tilt|roll|orbit|track|doll)(?:s|ning|ming|ing|y|ies|ying|ed)?"
_DENIED_NOUN = re.compile(
    rf"\b(?:no|without|avoid(?:ing)?|never|not|don['’]t|doesn['’]t|instead of|rather than|neither)\s+(?:any\s+|a\s+|camera\s+|use\s+)*"
    rf"({_NAME}\b(?:(?:\s*,\s*(?:or\s+|and\s+|nor\s+)?|\s+(?:or|and|nor)\s+)(?:no\s+)?{_NAME}\b)*)(?!\s+{_CAMERA}\b)",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:no|not|never|without|avoid(?:s|ing)?|don['’]t|doesn['’]t|isn['’]t|won['’]t|instead of|rather than|nor|neither|stops?|refuses to)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
# A pan for cooking, tracks for trains, a lens, a bread roll, a tilted head; a dolly zoom, which goes both ways at once.
_NOT_CAMERA = re.compile(
    r"\b(?:frying|sauce|baking|roasting|sauté|grill|dust|bread|cake|metal|iron|copper|steel|hot|cooking|non-?stick)[\s-]+pans?\b|\bpans?\s+(?:on|of|with|full|and pots?)\b|\bpots? and pans?\b|"
    r"\bpan[\s-](?:pipes?|flute|african|american|fried|seared)\b|\bPan\b(?=\s*(?:plays|'s|,))|\bzoom\s+(?:lens|call|meeting)\b|\bpeter pan\b|\bdolly[\s-]zooms?\b",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[Found]:
    """Camera words in the English parts of a text, in no particular order."""
    for sentence in _SENTENCE.finditer(text):
        yield from _sentence(sentence.group(), sentence.start())


def _sentence(sentence: str, offset: int) -> Iterator[Found]:
    masked = _NOT_CAMERA.sub(lambda m: "_" * len(m.group()), sentence)
    for found in (*_denied(masked), *_clauses(masked)):
        yield found._replace(start=found.start + offset, end=found.end + offset)


def _denied(sentence: str) -> Iterator[Found]:
    """Moves that are ruled out by name: "no zoom", "without panning or tilting"."""
    for match in _DENIED_NOUN.finditer(sentence):
        for stem, words in _NAMED.items():
            if re.search(rf"\b{stem}", match.group(1), re.IGNORECASE):
                yield from (Found(word, match.start(), match.end(), denied=True) for word in words)


def _clauses(sentence: str) -> Iterator[Found]:
    of_camera = False
    begin = 0
    for cut in [*_CUT.finditer(sentence), None]:
        end = cut.start() if cut else len(sentence)
        clause = sentence[begin:end]
        for word, pattern in _TRADE_RE:
            yield from (_found(word, m, clause, begin) for m in pattern.finditer(clause))
        subject = _subject(sentence, begin, end)
        if subject is not None:
            of_camera = True
            rest, lead = sentence[subject:end], _BETWEEN
        else:
            if clause.strip() and _OTHER.match(clause):
                of_camera = False
            rest, lead, subject = clause, _BETWEEN, begin
        if of_camera:
            for word, pattern in _PLAIN_RE:
                for match in pattern.finditer(rest):
                    if lead.match(rest[: match.start()]):
                        yield _found(word, match, rest, subject)
        begin = cut.end() if cut else end


def _found(word: str, match: re.Match[str], clause: str, begin: int) -> Found:
    before = clause[: match.start()]
    denied = bool(_DENIAL.search(before)) and word != "static"
    return Found(word, begin + match.start(), begin + match.end(), denied)


def _subject(sentence: str, begin: int, end: int) -> int | None:
    """Where a clause's verb may begin, if the camera is its subject."""
    for match in _SUBJECT.finditer(sentence, begin, end):
        before = sentence[max(0, match.start() - 24) : match.start()].rstrip() + " "
        named = match.group().strip().lower().endswith(("camera", "cam", "drone", "camerawork"))
        if _OBJECT.search(before) or (not named and _SHOWS.match(sentence, match.end(), end)):
            continue
        return match.end()
    return None
